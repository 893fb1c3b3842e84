using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Orchestrator.Gates;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Retry = BatchPlatform.Store.Tables.Retry;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>
/// Takes what a worker reports of a slice: one transaction for each report. The slice's row is locked first; a report by
/// anybody but its holder changes nothing.
/// </summary>
public sealed partial class ReportConsumer(
    BatchStore store,
    OutcomeLedger ledger,
    Breaker breaker,
    IBus bus,
    Pace pace,
    OrchestratorMetrics metrics,
    DispatchSignal signal,
    IOptions<OrchestratorOptions> options,
    ILogger<ReportConsumer> logger) : IConsumer<ReportOutcomes>
{
    public async Task Consume(ConsumeContext<ReportOutcomes> context)
    {
        var report = context.Message;
        var outcomes = OutcomeBlock.Unpack(report.Outcomes);
        await using var unit = await store.BeginAsync(context.CancellationToken);
        if (await LockAsync(unit, report, context.CancellationToken) is not { } slice)
        {
            Log.NotItsHolder(logger, report.SliceId, report.WorkerId);
            return;
        }

        var db = unit.Db;
        var fresh = await OutcomeLedger.FreshAsync(db, slice.Batch, slice.Run, [.. outcomes.Where(outcome => slice.Jobs.Contains(outcome.Index))], context.CancellationToken);
        var retries = await FreshRetriesAsync(db, slice, report.Retries, context.CancellationToken);
        slice.Jobs = retries.Count == 0 ? slice.Jobs : slice.Jobs.Without([.. retries.Select(retry => retry.Index)]);
        var over = Settle(db, slice, slice.Remaining - fresh.Count - retries.Count, report.Last);
        await JudgeAsync(unit, slice, fresh, report, context.CancellationToken);

        // The run comes late: from there to the commit every other report of the run waits.
        await db.SaveChangesAsync(context.CancellationToken);
        var settled = await ledger.StoreAsync(unit, slice.Tenant, slice.Batch, slice.Run, fresh, context.CancellationToken);
        await LaneRetries.AddAsync(db, slice, retries, context.CancellationToken);
        await unit.CommitAsync(context.CancellationToken);
        metrics.Stored(slice.Namespace, fresh);
        if (over)
        {
            pace.Learn(slice.Namespace, outcomes.Count, report.BusySeconds, slice.Concurrency);
            Tell(settled);
        }
    }

    // A run that goes on has more to cut. One that has settled only leaves its room to others, and mostly nobody waits for it.
    private void Tell(bool settled)
    {
        if (settled)
        {
            signal.MakeRoom();
        }
        else
        {
            signal.Wake();
        }
    }

    private async Task<Slice?> LockAsync(WorkUnit unit, ReportOutcomes report, CancellationToken cancellationToken)
    {
        var locked = await unit.Db.UpdateReturning<Slice>(
            $"UPDATE slices SET state = {(int)SliceState.Taken}, holder = {report.WorkerId}, lease_until = {unit.Now.AddSeconds(options.Value.LeaseSeconds)}",
            $"id = {report.SliceId} AND (state = {(int)SliceState.Queued} OR (state = {(int)SliceState.Taken} AND holder = {report.WorkerId}))")
            .ToListAsync(cancellationToken);
        return locked.SingleOrDefault();
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

    // Whether the slice is out of the worker's hands, so that its share is free again.
    private static bool Settle(StoreDb db, Slice slice, int remaining, bool last)
    {
        slice.Remaining = remaining;
        if (remaining <= 0)
        {
            db.Slices.Remove(slice);
        }
        else if (last)
        {
            slice.State = SliceState.Returned;
            slice.Holder = null;
        }

        return last || remaining <= 0;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Slice {Slice} is no longer held by worker {Worker}; its report changes nothing")]
        public static partial void NotItsHolder(ILogger logger, Guid slice, Guid worker);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Upstream {Namespace} fails most calls: it is left alone for a while")]
        public static partial void Tripped(ILogger logger, string @namespace);
    }
}
