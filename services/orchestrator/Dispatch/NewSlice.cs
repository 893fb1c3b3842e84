using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>Makes the rows of slices.</summary>
internal static class NewSlice
{
    /// <summary>A slice of the lane, with no share of the upstream's limits yet.</summary>
    /// <param name="unit">The transaction that cuts it.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="state">Where the slice is.</param>
    /// <param name="jobs">Its jobs with the attempt each is at, in order of index.</param>
    public static Slice Of(WorkUnit unit, Lane lane, SliceState state, IEnumerable<(int Index, int Attempt)> jobs)
    {
        var held = SliceJobs.Of(jobs);
        return new Slice
        {
            Id = Guid.CreateVersion7(unit.Clock),
            Batch = lane.Batch,
            Run = lane.Run,
            Namespace = lane.Namespace,
            BatchId = lane.BatchId,
            Tenant = lane.Tenant,
            Epoch = lane.Epoch,
            State = state,
            Jobs = held,
            Remaining = held.Count,
            CreatedAt = unit.Now,
        };
    }

    /// <summary>A slice that goes out now, with its share of the upstream's limits.</summary>
    /// <param name="unit">The transaction that cuts it.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="grant">The share.</param>
    /// <param name="jobs">Its jobs, in order of index.</param>
    /// <param name="resendSeconds">Sent again when nobody has taken it by then.</param>
    public static Slice Queued(WorkUnit unit, Lane lane, Grant grant, IReadOnlyList<PackedJob> jobs, double resendSeconds)
    {
        var slice = Of(unit, lane, SliceState.Queued, jobs.Select(job => (job.Index, job.Attempt)));
        slice.LeaseUntil = unit.Now.AddSeconds(resendSeconds);
        slice.Concurrency = grant.Share.Concurrency;
        slice.CallsPerSecond = grant.Share.CallsPerSecond;
        slice.Action = grant.Action;
        slice.Probe = grant.Probe;
        return slice;
    }
}
