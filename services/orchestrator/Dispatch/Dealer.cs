using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>What a slice is cut with.</summary>
/// <param name="Upstream">The definition to use; version 0 when there is none.</param>
/// <param name="Action">The slice's one action, where that has limits of its own; else empty.</param>
/// <param name="Share">Its share of the limits.</param>
/// <param name="Burst">Calls that need not wait for their turn.</param>
/// <param name="MaxJobs">Jobs, at most.</param>
/// <param name="Probe">Tries whether the upstream answers again.</param>
internal readonly record struct Grant(Upstream Upstream, string Action, Share Share, int Burst, int MaxJobs, bool Probe);

/// <summary>What of some jobs goes into one slice.</summary>
/// <param name="Grant">With which grant.</param>
/// <param name="Jobs">The jobs, in order of index.</param>
internal readonly record struct Portion(Grant Grant, IReadOnlyList<PackedJob> Jobs);

/// <summary>Deals grants for one round, while the gates of its upstreams are locked.</summary>
internal sealed class Dealer(
    IReadOnlyDictionary<string, Upstream> definitions,
    IReadOnlyDictionary<string, Gate> gates,
    Grants grants,
    Pace pace,
    DateTime now,
    double sliceSeconds)
{
    /// <summary>A grant for one more slice of the lane, or null while its upstream must not be called or its limits are used up.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="action">The slice's one action, where that has limits of its own; else empty.</param>
    public Grant? Deal(RunnableLane lane, string action)
    {
        var upstream = UpstreamOf(lane);
        var gate = gates[upstream.Namespace];
        if (gate.Paused || gate.ClosedUntil > now || (gate.Trips > 0 && grants.InUse(upstream.Namespace)))
        {
            return null;
        }

        if (grants.Find(upstream, action, lane.Lane.Batch, lane.Limits) is not { } share)
        {
            return null;
        }

        return gate.Trips > 0
            ? new Grant(upstream, action, share with { Concurrency = 1 }, Burst: 0, MaxJobs: 1, Probe: true)
            : new Grant(upstream, action, share, BurstOf(upstream, gate, lane.Limits), JobsFor(upstream, share), Probe: false);
    }

    /// <summary>
    /// As many of the jobs, from the first on, as one slice may hold. An action that has limits of its own shares a slice
    /// with no other action.
    /// </summary>
    /// <returns>Null when the first job's action may not be called now.</returns>
    public Portion? Fit(RunnableLane lane, Grant most, IReadOnlyList<PackedJob> jobs)
    {
        if (jobs.Count == 0 || !most.Upstream.Actions.Values.Any(action => action.Limits is not null))
        {
            return new Portion(most, Messages.WithinBytes(jobs));
        }

        var action = LimitedAction(most.Upstream, jobs[0]);
        if ((action.Length == 0 ? most : Deal(lane, action)) is not { } grant)
        {
            return null;
        }

        return new Portion(grant, Messages.WithinBytes([.. jobs.TakeWhile(job => LimitedAction(grant.Upstream, job) == action).Take(grant.MaxJobs)]));
    }

    /// <summary>Notes that a slice was cut.</summary>
    public void Take(RunnableLane lane, Grant grant) => grants.Use(lane.Lane.Namespace, grant.Action, lane.Lane.Batch, grant.Share);

    private static string LimitedAction(Upstream upstream, PackedJob job) =>
        upstream.Actions.GetValueOrDefault(job.Action)?.Limits is null ? "" : job.Action;

    private Upstream UpstreamOf(RunnableLane lane) =>
        definitions.GetValueOrDefault(lane.Lane.Namespace) ?? new Upstream { Namespace = lane.Lane.Namespace };

    // Only after a quiet time, and to one slice: what it does not use is gone.
    private int BurstOf(Upstream upstream, Gate gate, BatchLimits asked) =>
        upstream.Limits.RequestsPerSecond > 0 && asked.RequestsPerSecond == 0 && gate.BurstFrom <= now && !grants.InUse(upstream.Namespace) ? upstream.Limits.Burst : 0;

    // About as many as keep the share busy for the time a slice should take. Of an action that must not be repeated all
    // jobs of a lost slice may have been in flight, so it holds no more than can be.
    private int JobsFor(Upstream upstream, Share share)
    {
        var byPace = pace.JobsFor(upstream.Namespace, sliceSeconds, share.Concurrency);
        var byRate = share.CallsPerSecond > 0 ? Math.Max(1, (int)(share.CallsPerSecond * sliceSeconds)) : Limits.SliceJobs;
        var byDelivery = upstream.Actions.Values.Any(action => action.AtMostOnce) ? share.Concurrency : Limits.SliceJobs;
        return Math.Min(byPace, Math.Min(byRate, byDelivery));
    }
}
