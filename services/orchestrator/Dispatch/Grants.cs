using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>What a slice may use of its upstream.</summary>
/// <param name="Concurrency">Calls at once.</param>
/// <param name="CallsPerSecond">Calls a second; 0 for no limit.</param>
public readonly record struct Share(int Concurrency, double CallsPerSecond);

/// <summary>
/// Deals out the limits of upstreams. What is left is always computed from the live slices, never counted up and down, so
/// it cannot drift; the shares of live slices sum to at most the limit.
/// </summary>
public sealed class Grants
{
    // Enough to keep one worker's slot busy; what is above only makes slices that fewer workers can share.
    private const int LargestShare = 32;

    private readonly Dictionary<string, (int Concurrency, double Rate)> _used = new(StringComparer.Ordinal);

    /// <param name="live">Queued and taken slices.</param>
    public Grants(IEnumerable<LiveSlices> live)
    {
        foreach (var slices in live)
        {
            Use(slices.Namespace, new Share(slices.Concurrency, slices.CallsPerSecond));
        }
    }

    /// <summary>A share for one more slice, or null when the upstream's limits are used up.</summary>
    /// <param name="upstream">Its limits.</param>
    /// <param name="slots">Slices that all workers can run at once: the limits are meant for so many.</param>
    public Share? Find(Upstream upstream, int slots)
    {
        var limits = upstream.Limits;
        var (concurrency, rate) = _used.GetValueOrDefault(upstream.Namespace);
        var calls = Math.Min(limits.Concurrency - concurrency, Math.Clamp(limits.Concurrency / Math.Max(slots, 1), 1, LargestShare));
        if (calls < 1)
        {
            return null;
        }

        if (limits.RequestsPerSecond <= 0)
        {
            return new Share(calls, 0);
        }

        var fair = limits.RequestsPerSecond / Math.Max(slots, 1);
        var left = limits.RequestsPerSecond - rate;
        return left < fair * 0.999 ? null : new Share(calls, fair);
    }

    /// <summary>Notes that a share was given.</summary>
    public void Use(string ns, Share share)
    {
        var (concurrency, rate) = _used.GetValueOrDefault(ns);
        _used[ns] = (concurrency + share.Concurrency, rate + share.CallsPerSecond);
    }
}

/// <summary>Live slices of one tenant, batch and upstream, summed.</summary>
public sealed record LiveSlices(string Tenant, long Batch, string Namespace, SliceState State, int Count, int Concurrency, double CallsPerSecond);
