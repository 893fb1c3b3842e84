using System.Collections.Frozen;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>A definition made ready: what runs its jobs, and by which rules.</summary>
internal sealed class LoadedUpstream
{
    private readonly FrozenSet<string> _atMostOnce;

    internal LoadedUpstream(Upstream definition, IJobExecutor executor)
    {
        Executor = executor;
        Retry = definition.Retry;
        _atMostOnce = definition.Actions.Where(action => action.Value.AtMostOnce).Select(action => action.Key).ToFrozenSet();
    }

    public IJobExecutor Executor { get; }

    public RetryPolicy Retry { get; }

    /// <exception cref="FormatException">The definition names something that cannot be called.</exception>
    public static LoadedUpstream Load(Upstream definition, TimeProvider time) => new(
        definition,
        definition.BaseUrl == Upstream.InProcess ? new InProcessExecutor() : new HttpExecutor(definition, time));

    /// <summary>Stands in for a definition that there is not: every job fails with UPSTREAM_UNDEFINED.</summary>
    public static LoadedUpstream Undefined(string message) => new(new Upstream(), new UndefinedExecutor(message));

    /// <summary>Whether the job must never be repeated after an end that left open whether its call took effect.</summary>
    public bool IsAtMostOnce(PackedJob job) => _atMostOnce.Count > 0 && _atMostOnce.Contains(job.Action);
}
