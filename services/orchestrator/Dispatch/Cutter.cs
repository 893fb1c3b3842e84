using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Cuts one slice at a time from a lane, inside the round's transaction: first what was handed back or lost, then
/// retries that are due, then new jobs from the cursor on.
/// </summary>
internal sealed class Cutter(WorkUnit unit, IBulk bulk, ReturnedSlices returned, OrchestratorOptions options, CancellationToken cancellationToken)
{
    private StoreDb Db => unit.Db;

    /// <summary>The message of a new slice, or null when the lane has nothing to cut any more.</summary>
    public async Task<RunSlice?> CutAsync(RunnableLane lane, Grant grant) =>
        (lane.HasReturned ? await returned.CutAsync(lane, grant) : null) ?? await RetriesAsync(lane, grant) ?? await NewJobsAsync(lane, grant);

    private async Task<RunSlice?> NewJobsAsync(RunnableLane runnable, Grant grant)
    {
        var lane = runnable.Lane;
        if (!lane.Open)
        {
            return null;
        }

        var range = new LaneRange(lane.Batch, lane.Revision, lane.Namespace, lane.Cursor, lane.End, grant.MaxJobs, Limits.SliceBytes);
        var jobs = await bulk.ReadLaneAsync(Db, range, cancellationToken);
        var cursor = jobs.Count == 0 ? lane.End : jobs[^1].Index + 1;
        var moved = await ActiveLane(lane)
            .Where(row => row.Cursor == lane.Cursor && row.Open)
            .ExecuteUpdateAsync(row => row.SetProperty(l => l.Cursor, cursor).SetProperty(l => l.Open, cursor < lane.End), cancellationToken);
        if (moved == 0)
        {
            return null;
        }

        (lane.Cursor, lane.Open) = (cursor, cursor < lane.End);
        return jobs.Count == 0 ? null : Insert(runnable, grant, jobs);
    }

    // The lane's row is locked first, so that a report that adds a retry meanwhile comes wholly before or after.
    private async Task<RunSlice?> RetriesAsync(RunnableLane runnable, Grant grant)
    {
        var lane = runnable.Lane;
        if (!(lane.RetryAt <= unit.Now) || await ActiveLane(lane).ExecuteUpdateAsync(row => row.SetProperty(l => l.RetryAt, (DateTime?)null), cancellationToken) == 0)
        {
            return null;
        }

        var waiting = Db.Retries.Where(retry => retry.Batch == lane.Batch && retry.Run == lane.Run && retry.Namespace == lane.Namespace);
        var due = await waiting
            .Where(retry => retry.DueAt <= unit.Now)
            .OrderBy(retry => retry.DueAt)
            .Take(grant.MaxJobs)
            .Select(retry => new { retry.Index, retry.Attempt })
            .ToListAsync(cancellationToken);
        var jobs = await bulk.ReadJobsAsync(Db, lane.Batch, lane.Revision, [.. due.OrderBy(retry => retry.Index).Select(retry => (retry.Index, retry.Attempt))], cancellationToken);
        jobs = Messages.WithinBytes(jobs);
        var taken = jobs.Select(job => job.Index).ToList();
        await waiting.Where(retry => taken.Contains(retry.Index)).ExecuteDeleteAsync(cancellationToken);
        lane.RetryAt = await waiting.MinAsync(retry => (DateTime?)retry.DueAt, cancellationToken);
        await ActiveLane(lane).ExecuteUpdateAsync(row => row.SetProperty(l => l.RetryAt, lane.RetryAt), cancellationToken);
        return jobs.Count == 0 ? null : Insert(runnable, grant, jobs);
    }

    private RunSlice Insert(RunnableLane runnable, Grant grant, IReadOnlyList<PackedJob> jobs)
    {
        var slice = NewSlice.Of(unit, runnable.Lane, SliceState.Queued, jobs.Select(job => (job.Index, job.Attempt)));
        slice.LeaseUntil = unit.Now.AddSeconds(options.ResendSeconds);
        slice.Concurrency = grant.Share.Concurrency;
        slice.CallsPerSecond = grant.Share.CallsPerSecond;
        Db.Slices.Add(slice);
        return Messages.RunSlice(runnable, grant, slice.Id, jobs, mustAsk: false);
    }

    private IQueryable<Lane> ActiveLane(Lane lane) =>
        Db.Lanes.Where(row => row.Batch == lane.Batch && row.Run == lane.Run && row.Namespace == lane.Namespace && row.Epoch == lane.Epoch && row.Active);
}
