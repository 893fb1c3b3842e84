using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Cuts one slice at a time from a lane, inside the round's transaction: first what was handed back or lost, then
/// retries that are due, then new jobs from the cursor on.
/// </summary>
internal sealed class Cutter(WorkUnit unit, IBulk bulk, Dealer dealer, ReturnedSlices returned, OrchestratorOptions options, CancellationToken cancellationToken)
{
    private StoreDb Db => unit.Db;

    /// <summary>The message of a new slice, or null when the lane has nothing to cut any more, or may not be called.</summary>
    public async Task<RunSlice?> CutAsync(RunnableLane lane)
    {
        if (dealer.Deal(lane, action: "") is not { } most)
        {
            return null;
        }

        return (lane.HasReturned ? await returned.CutAsync(lane, most) : null) ?? await RetriesAsync(lane, most) ?? await NewJobsAsync(lane, most);
    }

    private async Task<RunSlice?> NewJobsAsync(RunnableLane runnable, Grant most)
    {
        var lane = runnable.Lane;
        while (lane.Open)
        {
            var range = new LaneRange(lane.Batch, lane.Revision, lane.Namespace, lane.Cursor, lane.End, most.MaxJobs, Limits.SliceBytes);
            var jobs = await bulk.ReadLaneAsync(Db, range, cancellationToken);
            if (dealer.Fit(runnable, most, jobs) is not { } portion)
            {
                return null;
            }

            if (await MoveAsync(lane, jobs.Count == 0 ? lane.End : portion.Jobs[^1].Index + 1) is not { } moved)
            {
                return null;
            }

            (lane.Cursor, lane.Open) = (moved.Cursor, moved.Open);
            var open = moved.Gaps ? await WithoutEndedAsync(lane, portion.Jobs) : portion.Jobs;
            if (open.Count > 0)
            {
                return Insert(runnable, portion.Grant, open);
            }
        }

        return null;
    }

    // Moves the cursor if nobody else did, and locks the lane: who gives outcomes to jobs ahead of it does so too.
    private async Task<Lane?> MoveAsync(Lane lane, int cursor)
    {
        var moved = await Db.UpdateReturningAsync<Lane>(
            $"UPDATE lanes SET \"cursor\" = {cursor}, \"open\" = {cursor < lane.End}",
            $"""
            batch = {lane.Batch} AND run = {lane.Run} AND namespace = {lane.Namespace} AND epoch = {lane.Epoch}
            AND active = {true} AND "open" = {true} AND "cursor" = {lane.Cursor}
            """,
            cancellationToken);
        return moved.SingleOrDefault();
    }

    private async Task<IReadOnlyList<PackedJob>> WithoutEndedAsync(Lane lane, IReadOnlyList<PackedJob> jobs)
    {
        var ended = await SliceProgress.EndedAsync(Db, lane.Batch, lane.Run, [.. jobs.Select(job => job.Index)], cancellationToken);
        return [.. jobs.Where(job => !ended.Contains(job.Index))];
    }

    private async Task<RunSlice?> RetriesAsync(RunnableLane runnable, Grant most)
    {
        var lane = runnable.Lane;
        if (!(lane.RetryAt <= unit.Now) || !await LaneRetries.LockAsync(Db, lane, cancellationToken))
        {
            return null;
        }

        var waiting = LaneRetries.Of(Db, lane);
        var due = await waiting
            .Where(retry => retry.DueAt <= unit.Now)
            .OrderBy(retry => retry.DueAt)
            .Take(most.MaxJobs)
            .Select(retry => new { retry.Index, retry.Attempt })
            .ToListAsync(cancellationToken);
        var jobs = await bulk.ReadJobsAsync(Db, lane.Batch, lane.Revision, [.. due.OrderBy(retry => retry.Index).Select(retry => (retry.Index, retry.Attempt))], cancellationToken);
        var portion = dealer.Fit(runnable, most, jobs);
        var taken = portion?.Jobs.Select(job => job.Index).ToList() ?? [];
        await waiting.Where(retry => taken.Contains(retry.Index)).ExecuteDeleteAsync(cancellationToken);
        await LaneRetries.ReleaseAsync(Db, lane, cancellationToken);
        return taken.Count == 0 ? null : Insert(runnable, portion!.Value.Grant, portion.Value.Jobs);
    }

    private RunSlice Insert(RunnableLane runnable, Grant grant, IReadOnlyList<PackedJob> jobs)
    {
        var slice = NewSlice.Queued(unit, runnable.Lane, grant, jobs, options.ResendSeconds);
        Db.Slices.Add(slice);
        dealer.Take(runnable, grant);
        return Messages.RunSlice(runnable, grant, slice.Id, jobs, mustAsk: false);
    }
}
