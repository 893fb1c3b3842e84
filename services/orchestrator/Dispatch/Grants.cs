using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>What a slice may use of its upstream.</summary>
/// <param name="Concurrency">Calls at once.</param>
/// <param name="CallsPerSecond">Calls a second; 0 for no limit.</param>
public readonly record struct Share(int Concurrency, double CallsPerSecond)
{
    /// <summary>What both allow.</summary>
    public Share And(Share other) => new(
        Math.Min(Concurrency, other.Concurrency),
        CallsPerSecond == 0 || other.CallsPerSecond == 0 ? CallsPerSecond + other.CallsPerSecond : Math.Min(CallsPerSecond, other.CallsPerSecond));
}

/// <summary>
/// Deals out limits: those of an upstream, of one of its actions, of one batch. What is left is always computed from the
/// live slices, never counted up and down, so it cannot drift; the shares of live slices sum to at most the limit.
/// </summary>
public sealed class Grants
{
    // Enough to keep one worker's slot busy; what is above only makes slices that fewer workers can share.
    private const int LargestShare = 32;

    private readonly Dictionary<(string Namespace, string Action, long Batch), Used> _used = [];
    private readonly int _slots;

    /// <param name="live">Queued and taken slices.</param>
    /// <param name="slots">Slices that all workers can run at once: limits are meant for so many.</param>
    public Grants(IEnumerable<LiveSlices> live, int slots)
    {
        _slots = Math.Max(slots, 1);
        foreach (var slices in live)
        {
            Use(slices.Namespace, slices.Action, slices.Batch, new Used(slices.Count, slices.Concurrency, slices.CallsPerSecond));
        }
    }

    /// <summary>Whether a live slice calls the upstream.</summary>
    public bool InUse(string ns) => _used.ContainsKey((ns, "", 0));

    /// <summary>A share for one more slice, or null when one of the limits is used up.</summary>
    /// <param name="upstream">Its limits, and those of its actions.</param>
    /// <param name="action">The slice's one action, where that has limits of its own; else empty.</param>
    /// <param name="batch">The batch's number.</param>
    /// <param name="asked">What the batch asks for at most.</param>
    public Share? Find(Upstream upstream, string action, long batch, BatchLimits asked)
    {
        var share = ShareOf(upstream.Limits, (upstream.Namespace, "", 0));
        if (share is not null && action.Length > 0 && upstream.Actions.GetValueOrDefault(action)?.Limits is { } own)
        {
            share = ShareOf(own, (upstream.Namespace, action, 0)) is { } ofAction ? share.Value.And(ofAction) : null;
        }

        if (share is not null && asked is not { RequestsPerSecond: 0, Concurrency: 0 })
        {
            var limits = new UpstreamLimits { RequestsPerSecond = asked.RequestsPerSecond, Concurrency = asked.Concurrency == 0 ? int.MaxValue : asked.Concurrency };
            share = ShareOf(limits, ("", "", batch)) is { } ofBatch ? share.Value.And(ofBatch) : null;
        }

        return share;
    }

    /// <summary>Notes that a share was given.</summary>
    public void Use(string ns, string action, long batch, Share share) => Use(ns, action, batch, new Used(1, share.Concurrency, share.CallsPerSecond));

    private void Use(string ns, string action, long batch, Used more)
    {
        Add((ns, "", 0), more);
        Add(("", "", batch), more);
        if (action.Length > 0)
        {
            Add((ns, action, 0), more);
        }
    }

    private void Add((string, string, long) key, Used more)
    {
        var used = _used.GetValueOrDefault(key);
        _used[key] = new Used(used.Slices + more.Slices, used.Concurrency + more.Concurrency, used.Rate + more.Rate);
    }

    private Share? ShareOf(UpstreamLimits limits, (string, string, long) key)
    {
        var used = _used.GetValueOrDefault(key);
        var slices = Math.Min(_slots, limits.Concurrency);
        var calls = Math.Min(limits.Concurrency - used.Concurrency, Math.Clamp(limits.Concurrency / slices, 1, LargestShare));
        if (calls < 1)
        {
            return null;
        }

        if (limits.RequestsPerSecond <= 0)
        {
            return new Share(calls, 0);
        }

        // Whole calls a second: of a share of 4.2 the upstream would see 5 in some seconds, from every slice.
        var left = limits.RequestsPerSecond - used.Rate;
        var rate = limits.RequestsPerSecond < 1 ? limits.RequestsPerSecond : Math.Max(1, Math.Floor(left / Math.Max(1, slices - used.Slices)));
        return left < rate * 0.999 ? null : new Share(calls, rate);
    }

    private readonly record struct Used(int Slices, int Concurrency, double Rate);
}

/// <summary>Live slices of one tenant, batch, upstream and limited action, summed.</summary>
public sealed record LiveSlices(string Tenant, long Batch, string Namespace, string Action, SliceState State, int Count, int Concurrency, double CallsPerSecond);
