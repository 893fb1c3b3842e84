using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Sends again what was handed back or lost, as far as it has no outcome and may be repeated. A job that takes its worker
/// down is parted from the others: slices that were lost twice are halved, and those that are near their last try are out one
/// at a time, since a worker that goes down takes whatever else it has in hand with it.
/// </summary>
internal sealed class ReturnedSlices(WorkUnit unit, IBulk bulk, Dealer dealer, OutcomeLedger ledger, OrchestratorOptions options, CancellationToken cancellationToken)
{
    private StoreDb Db => unit.Db;

    // Lost this often, a slice is sent again for the last time, unless it can be halved.
    private int LastTry => options.MaxLost - 1;

    // Lost this often, a slice is out alone. One less than for the last try: the death of a slice's first taker, who asked
    // nobody, is not counted, so the one that does the damage may be one behind those that it takes with it.
    private int Suspect => Math.Max(1, LastTry - 1);

    /// <summary>The message of a slice that is sent again, or null when the lane has none.</summary>
    public async Task<RunSlice?> CutAsync(RunnableLane runnable, Grant most)
    {
        var lane = runnable.Lane;
        while (await NextReturnedAsync(lane) is { } found)
        {
            if (await LockAsync(found) is not { } slice)
            {
                continue;
            }

            var left = await LeftAsync(slice);
            if (slice.Lost > 0)
            {
                left = await WithoutGivenUpAsync(slice, left, most.Upstream, lane.Revision);
            }

            if (left.Count == 0)
            {
                await Db.Slices.Where(row => row.Id == slice.Id).ExecuteDeleteAsync(cancellationToken);
                continue;
            }

            var take = Math.Min(most.MaxJobs, slice.Lost >= 2 ? (left.Count + 1) / 2 : left.Count);
            var read = await bulk.ReadJobsAsync(Db, slice.Batch, lane.Revision, [.. left.Take(take)], cancellationToken);
            if (dealer.Fit(runnable, most, read) is not { } portion)
            {
                return null;
            }

            var jobs = portion.Jobs;
            var id = jobs.Count == slice.Jobs.Count
                ? await QueueWholeAsync(lane, slice, portion.Grant)
                : await QueuePartAsync(lane, slice, portion.Grant, jobs);
            if (id is null)
            {
                return null;
            }

            if (jobs.Count < left.Count)
            {
                var rest = NewSlice.Of(unit, lane, SliceState.Returned, left.Skip(jobs.Count));
                rest.Lost = LostAsPart(slice);
                Db.Slices.Add(rest);
            }

            dealer.Take(runnable, portion.Grant);
            return Messages.RunSlice(runnable, portion.Grant, id.Value, jobs, mustAsk: true);
        }

        return null;
    }

    private Task<Slice?> NextReturnedAsync(Lane lane)
    {
        var suspect = Suspect;
        return Db.Slices.AsNoTracking()
            .Where(slice => slice.Batch == lane.Batch && slice.Run == lane.Run && slice.Namespace == lane.Namespace && slice.State == SliceState.Returned)
            .Where(slice => slice.Lost < suspect || !Db.Slices.Any(other => other.State != SliceState.Returned && other.Lost >= suspect))
            .OrderBy(slice => slice.Id)
            .FirstOrDefaultAsync(cancellationToken);
    }

    // Before its jobs are looked at: one that is cancelled waits for the row, or is seen to have ended. Null when somebody else took it.
    private async Task<Slice?> LockAsync(Slice slice)
    {
        var locked = await Db.UpdateReturningAsync<Slice>(
            $"UPDATE slices SET remaining = remaining", $"id = {slice.Id} AND state = {(int)SliceState.Returned}", cancellationToken);
        return locked.SingleOrDefault();
    }

    // What is left of a slice has a last try of its own, however often the whole was lost.
    private int LostAsPart(Slice slice) => Math.Min(slice.Lost, LastTry);

    private async Task<List<(int Index, int Attempt)>> LeftAsync(Slice slice)
    {
        var jobs = slice.Jobs.Each().ToList();
        var ended = await SliceProgress.EndedAsync(Db, slice.Batch, slice.Run, jobs.ConvertAll(job => job.Index), cancellationToken);
        jobs.RemoveAll(job => ended.Contains(job.Index));
        return jobs;
    }

    // Jobs that must not be sent again: of an action that may run once only, or that went alone and lost too many takers.
    private async Task<List<(int Index, int Attempt)>> WithoutGivenUpAsync(Slice slice, List<(int Index, int Attempt)> left, Upstream upstream, int revision)
    {
        var outcomes = left.Count == 1 && slice.Jobs.Count == 1 && slice.Lost >= options.MaxLost
            ? [GivenUp(left[0].Index, ErrorCodes.WorkerLost, "Every worker that took the job was lost, or could not handle it.")]
            : new List<PackedOutcome>();
        if (outcomes.Count == 0 && upstream.Actions.Values.Any(action => action.AtMostOnce))
        {
            var jobs = await bulk.ReadJobsAsync(Db, slice.Batch, revision, left, cancellationToken);
            outcomes = [.. jobs
                .Where(job => upstream.Actions.GetValueOrDefault(job.Action)?.AtMostOnce ?? false)
                .Select(job => GivenUp(job.Index, ErrorCodes.ExecutionUnknown, "The worker was lost; the call may have been made, and must not be repeated."))];
        }

        await ledger.StoreAsync(unit, slice.Tenant, slice.Batch, slice.Run, outcomes, cancellationToken);
        var given = outcomes.Select(outcome => outcome.Index).ToHashSet();
        return [.. left.Where(job => !given.Contains(job.Index))];
    }

    private async Task<Guid?> QueueWholeAsync(Lane lane, Slice slice, Grant grant)
    {
        var queued = await StillReturned(slice).ExecuteUpdateAsync(
            row => row
                .SetProperty(s => s.State, SliceState.Queued)
                .SetProperty(s => s.Epoch, lane.Epoch)
                .SetProperty(s => s.Concurrency, grant.Share.Concurrency)
                .SetProperty(s => s.CallsPerSecond, grant.Share.CallsPerSecond)
                .SetProperty(s => s.Action, grant.Action)
                .SetProperty(s => s.Probe, grant.Probe)
                .SetProperty(s => s.LeaseUntil, unit.Now.AddSeconds(options.ResendSeconds)),
            cancellationToken);
        return queued == 1 ? slice.Id : null;
    }

    // A part gets an id of its own. The message that carried the whole may still be delivered to somebody, and the id that it
    // names must not be one that he can take: he would run all of the whole's jobs.
    private async Task<Guid?> QueuePartAsync(Lane lane, Slice slice, Grant grant, IReadOnlyList<PackedJob> jobs)
    {
        if (await StillReturned(slice).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return null;
        }

        var part = NewSlice.Queued(unit, lane, grant, jobs, options.ResendSeconds);
        part.Lost = LostAsPart(slice);
        Db.Slices.Add(part);
        return part.Id;
    }

    private IQueryable<Slice> StillReturned(Slice slice) =>
        Db.Slices.Where(row => row.Id == slice.Id && row.State == SliceState.Returned && Db.Lanes.Any(other =>
            other.Batch == row.Batch && other.Run == row.Run && other.Namespace == row.Namespace && other.Active));

    private PackedOutcome GivenUp(int index, string code, string message) =>
        new(index, Completed: false, StatusCode: 0, code, message, Attempts: 1, DurationMs: 0, unit.Now, Response: default);
}
