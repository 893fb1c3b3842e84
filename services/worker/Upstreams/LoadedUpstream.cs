using System.Collections.Frozen;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>A definition made ready: what runs its jobs, and by which rules.</summary>
internal sealed class LoadedUpstream(Upstream definition, IJobExecutor executor)
{
    private readonly FrozenSet<string> _atMostOnce =
        definition.Actions.Where(action => action.Value.AtMostOnce).Select(action => action.Key).ToFrozenSet();

    private readonly FrozenDictionary<string, RetryPolicy> _retries =
        definition.Actions.Where(action => action.Value.Retry is not null).ToFrozenDictionary(action => action.Key, action => action.Value.Retry!);

    public IJobExecutor Executor => executor;

    /// <summary>Stands in for a definition that cannot be called: every job fails with this code.</summary>
    public static LoadedUpstream Failing(string code, string message) => new(new Upstream(), new FailingExecutor(code, message));

    /// <summary>Its action's policy, or the upstream's.</summary>
    public RetryPolicy RetryOf(PackedJob job) => _retries.GetValueOrDefault(job.Action, definition.Retry);

    /// <summary>Whether the job must never be repeated after an end that left open whether its call took effect.</summary>
    public bool IsAtMostOnce(PackedJob job) => _atMostOnce.Count > 0 && _atMostOnce.Contains(job.Action);
}
