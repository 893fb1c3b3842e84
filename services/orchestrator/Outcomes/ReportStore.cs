using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Orchestrator.Gates;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>
/// Stores reports of one run, of one slice each, in one transaction. The slices' rows are locked first; a report by anybody
/// but its slice's holder changes nothing.
/// </summary>
public sealed partial class ReportStore(
    BatchStore store,
    OutcomeLedger ledger,
    Breaker breaker,
    IBus bus,
    Pace pace,
    OrchestratorMetrics metrics,
    DispatchSignal signal,
    IOptions<OrchestratorOptions> options,
    ILogger<ReportStore> logger)
{
    /// <param name="reports">The reports.</param>
    /// <param name="checkAll">Look for the outcome of each job, also where the slice's row says that there can be none.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    /// <exception cref="DbUpdateException">Somebody else stored an outcome of one of the jobs meanwhile; worth another try.</exception>
    public async Task StoreAsync(IReadOnlyList<ReportOutcomes> reports, bool checkAll, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var held = await LockAsync(unit, reports, cancellationToken);
        var taken = new List<Taken>(held.Count);
        foreach (var (report, slice) in held)
        {
            taken.Add(await TakeAsync(unit, report, slice, checkAll, cancellationToken));
        }

        if (taken.Count == 0)
        {
            return;
        }

        // The run comes late: from there to the commit every other orchestrator's report of the run waits.
        await unit.Db.SaveChangesAsync(cancellationToken);
        var (run, fresh) = (taken[0].Slice, taken.SelectMany(part => part.Fresh).ToList());
        var settled = await ledger.StoreAsync(unit, run.Tenant, run.Batch, run.Run, fresh, cancellationToken);
        foreach (var part in taken)
        {
            await LaneRetries.AddAsync(unit.Db, part.Slice, part.Retries, cancellationToken);
        }

        await unit.CommitAsync(cancellationToken);
        foreach (var part in taken)
        {
            Conclude(part, settled);
        }
    }

    // In the order of their upstreams' names, in which gates are locked.
    private async Task<IReadOnlyList<(ReportOutcomes Report, Slice Slice)>> LockAsync(WorkUnit unit, IReadOnlyList<ReportOutcomes> reports, CancellationToken cancellationToken)
    {
        var ids = Interpolated.List([.. reports.Select(report => report.SliceId)]);
        var locked = await unit.Db.UpdateReturningAsync<Slice>(
            $"UPDATE slices SET remaining = remaining", $"id IN ({ids}) AND state <> {(int)SliceState.Returned}", cancellationToken);
        unit.Db.AttachRange(locked);
        var held = new List<(ReportOutcomes Report, Slice Slice)>();
        foreach (var report in reports)
        {
            if (locked.Find(slice => slice.Id == report.SliceId) is { } slice && (slice.State == SliceState.Queued || slice.Holder == report.WorkerId))
            {
                held.Add((report, slice));
            }
            else
            {
                Log.NotItsHolder(logger, report.SliceId, report.WorkerId);
            }
        }

        return [.. held.OrderBy(pair => pair.Slice.Namespace, StringComparer.Ordinal)];
    }

    private async Task<Taken> TakeAsync(WorkUnit unit, ReportOutcomes report, Slice slice, bool checkAll, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var outcomes = OutcomeBlock.Unpack(report.Outcomes);
        var mine = outcomes.Where(outcome => slice.Jobs.Contains(outcome.Index)).ToList();

        // While none of its jobs is done there is no outcome to be found, and of those that go well most are reported at once.
        var untouched = slice.Remaining == slice.Jobs.Count && !checkAll;
        var fresh = untouched
            ? [.. mine.DistinctBy(outcome => outcome.Index)]
            : await OutcomeLedger.FreshAsync(db, slice.Batch, slice.Run, mine, cancellationToken);
        var retries = await FreshRetriesAsync(db, slice, report.Retries, cancellationToken);
        slice.Jobs = retries.Count == 0 ? slice.Jobs : slice.Jobs.Without([.. retries.Select(retry => retry.Index)]);
        Settle(unit, slice, slice.Remaining - fresh.Count - retries.Count, report);
        await JudgeAsync(unit, slice, fresh, report, cancellationToken);
        return new Taken(report, slice, outcomes.Count, fresh, retries);
    }

    private static async Task<IReadOnlyList<RetryLater>> FreshRetriesAsync(
        StoreDb db, Slice slice, IReadOnlyList<RetryLater> retries, CancellationToken cancellationToken)
    {
        var mine = retries.Where(retry => slice.Jobs.Contains(retry.Index)).ToList();
        if (mine.Count == 0)
        {
            return mine;
        }

        var ended = await SliceProgress.EndedAsync(db, slice.Batch, slice.Run, [.. mine.Select(retry => retry.Index)], cancellationToken);
        mine.RemoveAll(retry => ended.Contains(retry.Index));
        return mine;
    }

    // What jobs are left stay with the reporter until his last report, which hands them back.
    private void Settle(WorkUnit unit, Slice slice, int remaining, ReportOutcomes report)
    {
        slice.Remaining = remaining;
        if (remaining <= 0)
        {
            unit.Db.Slices.Remove(slice);
        }
        else if (report.Last && !Overtook(report, remaining))
        {
            // Under its id this report, repeated, would hand it back again when the same worker has been given it anew.
            unit.Db.Slices.Remove(slice);
            unit.Db.Slices.Add(slice.HandedBack(Guid.CreateVersion7(unit.Clock)));
        }
        else
        {
            slice.State = SliceState.Taken;
            slice.Holder = report.WorkerId;
            slice.LeaseUntil = unit.Now.AddSeconds(options.Value.LeaseSeconds);
        }
    }

    // A last report may come before an earlier one, which is on its way through another orchestrator. It hands nothing back then: the jobs
    // that the earlier one names were done, and would be done again.
    private static bool Overtook(ReportOutcomes report, int remaining) => report.HandedBack is { } handedBack && remaining > handedBack;

    // What the report says of the upstream's health. A healthy report does not touch the gate's row, which all would wait for.
    private async Task JudgeAsync(WorkUnit unit, Slice slice, IReadOnlyList<PackedOutcome> fresh, ReportOutcomes report, CancellationToken cancellationToken)
    {
        var faults = fresh.Count(Breaker.IsFault) + report.Retries.Count;
        if (report.Closing is { } closing)
        {
            Tell(unit, slice.Namespace, await GateRows.CloseAsync(unit, slice.Namespace, closing.Until, cancellationToken));
        }
        else if (slice.Probe && faults == 0 && fresh.Count > 0)
        {
            await GateRows.HealAsync(unit, slice.Namespace, cancellationToken);
        }
        else if ((slice.Probe && faults > 0) || breaker.Count(slice.Namespace, fresh.Count + report.Retries.Count, faults))
        {
            Tell(unit, slice.Namespace, await GateRows.TripAsync(unit, slice.Namespace, cancellationToken));
            Log.Tripped(logger, slice.Namespace);
        }
    }

    // The slices that workers have in hand would go on calling. Needs no outbox: without it they are only over later.
    private void Tell(WorkUnit unit, string ns, DateTime closedUntil) =>
        unit.AfterCommit(() => bus.Publish(new LeaveUpstream(ns, (closedUntil - unit.Now).TotalSeconds)));

    // A slice out of the worker's hands leaves its room to others. A run that goes on has more to cut for it; one that has
    // settled has not, and mostly nobody else waits.
    private void Conclude(Taken part, bool settled)
    {
        metrics.Stored(part.Slice.Namespace, part.Fresh);
        if (!part.Report.Last && part.Slice.Remaining > 0)
        {
            return;
        }

        pace.Learn(part.Slice.Namespace, part.Outcomes, part.Report.BusySeconds, part.Slice.Concurrency);
        if (settled)
        {
            signal.MakeRoom();
        }
        else
        {
            signal.Wake();
        }
    }

    // What is stored of a report.
    private sealed record Taken(ReportOutcomes Report, Slice Slice, int Outcomes, IReadOnlyList<PackedOutcome> Fresh, IReadOnlyList<RetryLater> Retries);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Slice {Slice} is no longer held by worker {Worker}; its report changes nothing")]
        public static partial void NotItsHolder(ILogger logger, Guid slice, Guid worker);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Upstream {Namespace} fails most calls: it is left alone for a while")]
        public static partial void Tripped(ILogger logger, string @namespace);
    }
}
