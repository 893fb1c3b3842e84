using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>Writes outcomes and keeps the run's counts in step with them. Each job of a run gets one outcome, whatever is repeated.</summary>
public sealed class OutcomeLedger(IBulk bulk)
{
    /// <summary>
    /// Stores those outcomes that are not stored yet and decides, once, that the run has settled. The run's row is locked
    /// until the commit, so arrival numbers become visible in their order and a reader that pages on them misses none.
    /// </summary>
    /// <returns>How many were new; 0 when the run is gone.</returns>
    public async Task<int> StoreAsync(WorkUnit unit, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var fresh = await NotStoredAsync(db, batch, run, outcomes, cancellationToken);
        var failed = fresh.Count(outcome => !outcome.Completed);
        if (fresh.Count == 0 || await CountAsync(db, batch, run, fresh.Count - failed, failed, unit.Now, cancellationToken) is not { } state)
        {
            return 0;
        }

        await bulk.InsertOutcomesAsync(db, batch, run, state.Seq - fresh.Count + 1, fresh, cancellationToken);
        if (state.SettledAt is not null)
        {
            await db.Lanes.Where(lane => lane.Batch == batch && lane.Run == run).ExecuteUpdateAsync(lane => lane.SetProperty(l => l.Active, false), cancellationToken);
            unit.Owe(new RunSettled(state.BatchId, run, state.Epoch, state.Failures));
            return fresh.Count;
        }

        // A run that needs more than one report is worth the saga's notice; a tiny one goes from Committed to Finished.
        if (!state.Started)
        {
            await db.Runs.Where(r => r.Batch == batch && r.Number == run).ExecuteUpdateAsync(r => r.SetProperty(x => x.Started, true), cancellationToken);
            unit.Owe(new RunStarted(state.BatchId, run, state.Epoch));
        }

        if (failed > 0 && state.StopOnJobError)
        {
            unit.Owe(new RunFailing(state.BatchId, run, state.Epoch));
        }

        return fresh.Count;
    }

    // One statement: until the commit every other report of the run waits for this row. Not to be composed upon.
    private static async Task<Run?> CountAsync(StoreDb db, long batch, int run, int completed, int failed, DateTime now, CancellationToken cancellationToken)
    {
        var counted = await db.Runs.FromSql(
            $"""
            UPDATE runs SET
                seq = seq + {completed + failed}, completed = completed + {completed}, failed = failed + {failed}, failures = failures + {failed},
                settled_at = CASE WHEN completed + failed + {completed + failed} >= total THEN {now} END
            WHERE batch = {batch} AND number = {run} RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken);
        return counted.SingleOrDefault();
    }

    private static async Task<IReadOnlyList<PackedOutcome>> NotStoredAsync(
        StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, CancellationToken cancellationToken)
    {
        if (outcomes.Count == 0)
        {
            return outcomes;
        }

        var (first, last) = (outcomes.Min(outcome => outcome.Index), outcomes.Max(outcome => outcome.Index));
        var stored = await db.Outcomes
            .Where(outcome => outcome.Batch == batch && outcome.Run == run && outcome.Index >= first && outcome.Index <= last)
            .Select(outcome => outcome.Index)
            .Order() // Only the primary key serves it: without statistics PostgreSQL may walk the whole run by arrival instead.
            .ToHashSetAsync(cancellationToken);
        return stored.Count == 0 ? outcomes : [.. outcomes.Where(outcome => !stored.Contains(outcome.Index)).DistinctBy(outcome => outcome.Index)];
    }
}
