using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>What a slice is cut with.</summary>
/// <param name="UpstreamVersion">The definition to use; 0 when there is none.</param>
/// <param name="Share">Its share of the upstream's limits.</param>
/// <param name="MaxJobs">Jobs, at most.</param>
internal readonly record struct Grant(int UpstreamVersion, Share Share, int MaxJobs);

/// <summary>
/// Cuts one slice at a time from a lane, inside the round's transaction: first what was handed back or lost, then
/// retries that are due, then new jobs from the cursor on.
/// </summary>
internal sealed class Cutter(WorkUnit unit, IBulk bulk, OutcomeLedger ledger, OrchestratorOptions options, CancellationToken cancellationToken)
{
    private StoreDb Db => unit.Db;

    /// <summary>The message of a new slice, or null when the lane has nothing to cut any more.</summary>
    public async Task<RunSlice?> CutAsync(RunnableLane lane, Grant grant) =>
        await AgainAsync(lane, grant) ?? await RetriesAsync(lane, grant) ?? await NewJobsAsync(lane, grant);

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
        jobs = WithinBytes(jobs);
        var taken = jobs.Select(job => job.Index).ToList();
        await waiting.Where(retry => taken.Contains(retry.Index)).ExecuteDeleteAsync(cancellationToken);
        lane.RetryAt = await waiting.MinAsync(retry => (DateTime?)retry.DueAt, cancellationToken);
        await ActiveLane(lane).ExecuteUpdateAsync(row => row.SetProperty(l => l.RetryAt, lane.RetryAt), cancellationToken);
        return jobs.Count == 0 ? null : Insert(runnable, grant, jobs);
    }

    private async Task<RunSlice?> AgainAsync(RunnableLane runnable, Grant grant)
    {
        var lane = runnable.Lane;
        while (await NextReturnedAsync(lane) is { } slice)
        {
            var left = await LeftAsync(slice);
            if (left.Count == 1 && slice.Lost >= options.MaxLost)
            {
                await ledger.StoreAsync(unit, slice.Batch, slice.Run, [GivenUp(left[0].Index)], cancellationToken);
                left = [];
            }

            if (left.Count == 0)
            {
                await Db.Slices.Where(row => row.Id == slice.Id).ExecuteDeleteAsync(cancellationToken);
                continue;
            }

            // Lost twice, it may hold a job that takes its worker down: halves part that job from the others.
            var take = slice.Lost >= 2 ? (left.Count + 1) / 2 : left.Count;
            var jobs = WithinBytes(await bulk.ReadJobsAsync(Db, slice.Batch, lane.Revision, [.. left.Take(take)], cancellationToken));
            if (!await QueueAgainAsync(runnable, slice, grant, SliceJobs.Of(jobs.Select(job => (job.Index, job.Attempt)))))
            {
                return null;
            }

            if (jobs.Count < left.Count)
            {
                Db.Slices.Add(Rest(slice, SliceJobs.Of(left.Skip(jobs.Count))));
            }

            return Message(runnable, grant, slice.Id, jobs, mustAsk: true);
        }

        return null;
    }

    private Task<Slice?> NextReturnedAsync(Lane lane) =>
        Db.Slices.AsNoTracking()
            .Where(slice => slice.Batch == lane.Batch && slice.Run == lane.Run && slice.Namespace == lane.Namespace && slice.State == SliceState.Returned)
            .OrderBy(slice => slice.Id)
            .FirstOrDefaultAsync(cancellationToken);

    private async Task<List<(int Index, int Attempt)>> LeftAsync(Slice slice)
    {
        var (first, last) = (slice.Jobs.Ranges[0].First, slice.Jobs.Ranges[^1].Last);
        var ended = await Db.Outcomes
            .Where(outcome => outcome.Batch == slice.Batch && outcome.Run == slice.Run && outcome.Index >= first && outcome.Index <= last)
            .Select(outcome => outcome.Index)
            .ToListAsync(cancellationToken);
        var waiting = await Db.Retries
            .Where(retry => retry.Batch == slice.Batch && retry.Run == slice.Run && retry.Index >= first && retry.Index <= last)
            .Select(retry => retry.Index)
            .ToListAsync(cancellationToken);
        var elsewhere = ended.Concat(waiting).ToHashSet();
        return [.. slice.Jobs.Each().Where(job => !elsewhere.Contains(job.Index))];
    }

    private async Task<bool> QueueAgainAsync(RunnableLane lane, Slice slice, Grant grant, SliceJobs jobs) =>
        await Db.Slices
            .Where(row => row.Id == slice.Id && row.State == SliceState.Returned && Db.Lanes.Any(other =>
                other.Batch == row.Batch && other.Run == row.Run && other.Namespace == row.Namespace && other.Active))
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(s => s.State, SliceState.Queued)
                    .SetProperty(s => s.Epoch, lane.Lane.Epoch)
                    .SetProperty(s => s.Jobs, jobs)
                    .SetProperty(s => s.Remaining, jobs.Count)
                    .SetProperty(s => s.Concurrency, grant.Share.Concurrency)
                    .SetProperty(s => s.CallsPerSecond, grant.Share.CallsPerSecond)
                    .SetProperty(s => s.LeaseUntil, ResendAt()),
                cancellationToken) == 1;

    private RunSlice Insert(RunnableLane runnable, Grant grant, IReadOnlyList<PackedJob> jobs)
    {
        var lane = runnable.Lane;
        var slice = new Slice
        {
            Id = Guid.CreateVersion7(unit.Clock),
            Batch = lane.Batch,
            Run = lane.Run,
            Namespace = lane.Namespace,
            BatchId = lane.BatchId,
            Tenant = lane.Tenant,
            Epoch = lane.Epoch,
            State = SliceState.Queued,
            LeaseUntil = ResendAt(),
            Jobs = SliceJobs.Of(jobs.Select(job => (job.Index, job.Attempt))),
            Remaining = jobs.Count,
            Concurrency = grant.Share.Concurrency,
            CallsPerSecond = grant.Share.CallsPerSecond,
            CreatedAt = unit.Now,
        };
        Db.Slices.Add(slice);
        return Message(runnable, grant, slice.Id, jobs, mustAsk: false);
    }

    private Slice Rest(Slice slice, SliceJobs jobs) => new()
    {
        Id = Guid.CreateVersion7(unit.Clock),
        Batch = slice.Batch,
        Run = slice.Run,
        Namespace = slice.Namespace,
        BatchId = slice.BatchId,
        Tenant = slice.Tenant,
        Epoch = slice.Epoch,
        State = SliceState.Returned,
        Jobs = jobs,
        Remaining = jobs.Count,
        Lost = slice.Lost,
        CreatedAt = unit.Now,
    };

    private static RunSlice Message(RunnableLane runnable, Grant grant, Guid id, IReadOnlyList<PackedJob> jobs, bool mustAsk)
    {
        var lane = runnable.Lane;
        return new RunSlice(
            id, lane.BatchId, lane.Batch, lane.Run, lane.Epoch, lane.Namespace, grant.UpstreamVersion,
            grant.Share.Concurrency, grant.Share.CallsPerSecond, runnable.StopOnJobError, mustAsk, runnable.Deadline, JobBlock.Pack(jobs));
    }

    private IQueryable<Lane> ActiveLane(Lane lane) =>
        Db.Lanes.Where(row => row.Batch == lane.Batch && row.Run == lane.Run && row.Namespace == lane.Namespace && row.Epoch == lane.Epoch && row.Active);

    private DateTime ResendAt() => unit.Now.AddSeconds(options.ResendSeconds);

    private PackedOutcome GivenUp(int index) =>
        new(index, Completed: false, 0, ErrorCodes.WorkerLost, "Every worker that took the job was lost.", options.MaxLost, 0, unit.Now, default);

    private static IReadOnlyList<PackedJob> WithinBytes(IReadOnlyList<PackedJob> jobs)
    {
        var (count, bytes) = (0, 0);
        while (count < jobs.Count && (count == 0 || bytes + jobs[count].Params.Length <= Limits.SliceBytes))
        {
            bytes += jobs[count++].Params.Length;
        }

        return count == jobs.Count ? jobs : [.. jobs.Take(count)];
    }
}
