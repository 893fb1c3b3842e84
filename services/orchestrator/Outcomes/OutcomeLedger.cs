using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Lifecycle;
using BatchPlatform.Orchestrator.Watching;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>Writes outcomes and keeps the run's counts in step with them. Each job of a run gets one outcome, whatever is repeated.</summary>
public sealed class OutcomeLedger(IBulk bulk, RunEvents events, ActivityTally activity)
{
    /// <summary>Those of the outcomes whose jobs have none yet, one for each.</summary>
    public static async Task<IReadOnlyList<PackedOutcome>> FreshAsync(
        StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, CancellationToken cancellationToken)
    {
        var ended = await SliceProgress.EndedAsync(db, batch, run, [.. outcomes.Select(outcome => outcome.Index)], cancellationToken);
        return [.. outcomes.Where(outcome => !ended.Contains(outcome.Index)).DistinctBy(outcome => outcome.Index)];
    }

    /// <summary>
    /// Stores fresh outcomes and decides, once, that the run has settled. The run's row is locked until the commit, so
    /// arrival numbers become visible in their order and a reader that pages on them misses none. A run that is gone
    /// takes none.
    /// </summary>
    /// <returns>Whether every job of the run has an outcome now.</returns>
    /// <exception cref="DbUpdateException">Somebody else stored an outcome of one of the jobs meanwhile; worth another try.</exception>
    public async Task<bool> StoreAsync(
        WorkUnit unit, string tenant, long batch, int run, IReadOnlyList<PackedOutcome> fresh, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        if (fresh.Count == 0 || await bulk.InsertOutcomesAsync(db, batch, run, fresh, unit.Now, cancellationToken) is not { } state)
        {
            return false;
        }

        await NoteFailuresAsync(db, tenant, batch, run, fresh, cancellationToken);
        unit.AfterCommit(() =>
        {
            activity.Add(tenant, fresh);
            return Task.CompletedTask;
        });
        if (state.Settled)
        {
            events.TellAfterCommit(unit, new RunSettled(state.BatchId, run, state.Epoch, state.Failures));
            return true;
        }

        // A run that needs more than one report is worth the saga's notice; a tiny one goes from Committed to Finished.
        if (!state.Started)
        {
            await db.Runs.Where(r => r.Batch == batch && r.Number == run).ExecuteUpdateAsync(r => r.SetProperty(x => x.Started, true), cancellationToken);
            events.TellAfterCommit(unit, new RunStarted(state.BatchId, run, state.Epoch));
        }

        // The budget can be spent by a job that completed: the one that makes up the minimum after failures before it.
        var failed = fresh.Any(outcome => !outcome.Completed);
        if ((failed && state.StopOnJobError) || (state.BudgetSpent && !state.BudgetPauses))
        {
            events.TellAfterCommit(unit, new RunFailing(state.BatchId, run, state.Epoch));
        }
        else if (state.BudgetSpent)
        {
            events.TellAfterCommit(unit, new RunHeld(state.BatchId, run, state.Epoch, PauseReasons.FailureBudget));
        }
        else if (state.CanaryDone)
        {
            events.TellAfterCommit(unit, new RunHeld(state.BatchId, run, state.Epoch, PauseReasons.Canary));
        }

        return false;
    }

    // Under the run's lock, so that nobody else notes the same code meanwhile. Costs a run without failures nothing.
    private static async Task NoteFailuresAsync(StoreDb db, string tenant, long batch, int run, IReadOnlyList<PackedOutcome> fresh, CancellationToken cancellationToken)
    {
        var codes = fresh.Where(outcome => !outcome.Completed).Select(outcome => Failure.CodeOf(outcome.ErrorCode)).Distinct().ToList();
        if (codes.Count == 0)
        {
            return;
        }

        var noted = await db.Failures.Where(failure => failure.Batch == batch && failure.Run == run && codes.Contains(failure.Code)).Select(failure => failure.Code).ToListAsync(cancellationToken);
        db.Failures.AddRange(codes.Except(noted).Select(code => new Failure { Batch = batch, Run = run, Code = code, Tenant = tenant }));
    }
}
