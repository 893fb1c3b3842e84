using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Clocks;

/// <summary>
/// Says again what a crash swallowed between the store and the bus. What it says twice changes nothing: the saga looks at
/// run and epoch, clean-ups find nothing left.
/// </summary>
public sealed class ReconcileClock(BatchStore store, IBus bus, TimeProvider time, IOptions<OrchestratorOptions> options, ILogger<ReconcileClock> logger)
    : Clock(time, logger)
{
    // A page at a time, so that a long outage does not become one long query.
    private const int Page = 1000;

    private readonly TimeProvider _time = time;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ReconcileSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        // What happened within the last period is still on its way.
        var before = _time.GetUtcNow().UtcDateTime - Period;
        await using var db = store.Read();
        await RepeatAsync(SettledButNotEnded(db, before), cancellationToken);
        await RepeatAsync(FailingButNotStopped(db, before), cancellationToken);
        await RepeatAsync(HeldButNotPaused(db, before), cancellationToken);
        await RepeatAsync(StartedButNotRunning(db, before), cancellationToken);
        await RepeatAsync(DeletedButNotGone(db, before), cancellationToken);
        await RemoveEmptiedAsync(cancellationToken);
    }

    private static IQueryable<RunSettled> SettledButNotEnded(StoreDb db, DateTime before) =>
        from batch in Going(db)
        join run in db.Runs on new { Batch = batch.Number, Number = batch.Run } equals new { run.Batch, run.Number }
        where run.SettledAt != null && run.SettledAt < before
        orderby batch.Number
        select new RunSettled(run.BatchId, run.Number, run.Epoch, run.Failures);

    private static IQueryable<RunFailing> FailingButNotStopped(StoreDb db, DateTime before) =>
        from batch in Going(db)
        join run in db.Runs on new { Batch = batch.Number, Number = batch.Run } equals new { run.Batch, run.Number }
        where batch.UpdatedAt < before
            && ((run.StopOnJobError && run.Failures > 0) || (!run.BudgetPauses && OverBudget(db).Any(over => over.Batch == run.Batch && over.Number == run.Number)))
        orderby batch.Number
        select new RunFailing(run.BatchId, run.Number, run.Epoch);

    private static IQueryable<RunHeld> HeldButNotPaused(StoreDb db, DateTime before) =>
        from batch in Going(db)
        join run in db.Runs on new { Batch = batch.Number, Number = batch.Run } equals new { run.Batch, run.Number }
        where batch.UpdatedAt < before && !batch.Paused
            && ((run.Canary > 0 && run.Completed + run.Failed >= run.Canary) || (run.BudgetPauses && OverBudget(db).Any(over => over.Batch == run.Batch && over.Number == run.Number)))
        orderby batch.Number
        select new RunHeld(run.BatchId, run.Number, run.Epoch, run.Canary > 0 && run.Completed + run.Failed >= run.Canary ? PauseReasons.Canary : PauseReasons.FailureBudget);

    // The rule of CountedRun.BudgetSpent, for the database to apply.
    private static IQueryable<Store.Tables.Run> OverBudget(StoreDb db) => db.Runs.Where(run =>
        run.BudgetRate > 0
        && run.Seq - run.SampledFrom >= run.BudgetMinimum
        && run.Failed - run.FailedBefore >= (run.Seq - run.SampledFrom) * run.BudgetRate);

    private static IQueryable<RunStarted> StartedButNotRunning(StoreDb db, DateTime before) =>
        from batch in db.Batches
        join run in db.Runs on new { Batch = batch.Number, Number = batch.Run } equals new { run.Batch, run.Number }
        where batch.CurrentState == nameof(BatchState.Committed) && run.Started && batch.UpdatedAt < before
        orderby batch.Number
        select new RunStarted(run.BatchId, run.Number, run.Epoch);

    private static IQueryable<BatchDeleted> DeletedButNotGone(StoreDb db, DateTime before) =>
        db.Batches
            .Where(batch => batch.DeletedAt != null && batch.DeletedAt < before)
            .OrderBy(batch => batch.Number)
            .Select(batch => new BatchDeleted(batch.CorrelationId, batch.Number, batch.Tenant));

    private static IQueryable<Store.Tables.Batch> Going(StoreDb db) =>
        db.Batches.Where(batch => batch.CurrentState == nameof(BatchState.Committed) || batch.CurrentState == nameof(BatchState.Running));

    private async Task RepeatAsync<T>(IQueryable<T> messages, CancellationToken cancellationToken)
        where T : class
    {
        foreach (var message in await messages.Take(Page).ToListAsync(cancellationToken))
        {
            await bus.Publish(message, cancellationToken).OrTimeoutAsync(_time, cancellationToken);
        }
    }

    // The batch's row goes last, once every owner has removed its rows.
    private async Task RemoveEmptiedAsync(CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var db = unit.Db;
        await db.Batches
            .Where(batch => batch.DeletedAt != null
                && !db.Jobs.Any(job => job.Batch == batch.Number)
                && !db.Appends.Any(append => append.Batch == batch.Number)
                && !db.Outcomes.Any(outcome => outcome.Batch == batch.Number)
                && !db.Runs.Any(run => run.Batch == batch.Number)
                && !db.Deliveries.Any(delivery => delivery.Batch == batch.Number))
            .ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync(cancellationToken);
    }
}
