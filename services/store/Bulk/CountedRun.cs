using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Bulk;

/// <summary>What a run's row says once outcomes were counted in it.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Epoch">The epoch of its last start.</param>
/// <param name="Failures">Failed since then.</param>
/// <param name="Started">Its start was announced.</param>
/// <param name="StopOnJobError">A failure stops it.</param>
/// <param name="Settled">Every job has an outcome.</param>
/// <param name="CanaryDone">As many jobs as the canary has an outcome, and nobody has approved the rest yet.</param>
/// <param name="BudgetSpent">More of the jobs failed than the failure budget bears.</param>
/// <param name="BudgetPauses">In which case the batch is paused, not stopped.</param>
public sealed record CountedRun(
    Guid BatchId, int Epoch, int Failures, bool Started, bool StopOnJobError, bool Settled, bool CanaryDone, bool BudgetSpent, bool BudgetPauses)
{
    /// <summary>What the row says.</summary>
    public static CountedRun Of(Run run) => new(
        run.BatchId,
        run.Epoch,
        run.Failures,
        run.Started,
        run.StopOnJobError,
        run.SettledAt is not null,
        run.Canary > 0 && run.Completed + run.Failed >= run.Canary,
        run.BudgetRate > 0 && run.Seq - run.SampledFrom >= run.BudgetMinimum && run.Failed - run.FailedBefore >= (run.Seq - run.SampledFrom) * run.BudgetRate,
        run.BudgetPauses);
}

/// <summary>Counts outcomes where that takes a statement of its own.</summary>
internal static class CountedRuns
{
    /// <summary>Counts outcomes in their run's row, which is locked until the commit, and closes the lanes of one that has settled; the run after that, or null when it is gone.</summary>
    public static async Task<Run?> CountAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken)
    {
        var count = outcomes.Count;
        var failed = outcomes.Count(outcome => !outcome.Completed);
        var counted = await db.UpdateReturningAsync<Run>(
            $"""
            UPDATE runs SET
                seq = seq + {count}, completed = completed + {count - failed}, failed = failed + {failed}, failures = failures + {failed},
                settled_at = CASE WHEN completed + failed + {count} >= total THEN {now} END
            """,
            $"batch = {batch} AND number = {run}",
            cancellationToken);
        if (counted is [{ SettledAt: not null }])
        {
            await db.Database.ExecuteSqlAsync($"UPDATE lanes SET active = {false} WHERE batch = {batch} AND run = {run}", cancellationToken);
        }

        return counted.SingleOrDefault();
    }
}
