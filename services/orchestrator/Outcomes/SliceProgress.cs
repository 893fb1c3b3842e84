using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>Tells which jobs of a slice have ended, by whomever.</summary>
internal static class SliceProgress
{
    /// <summary>Those of the jobs that have an outcome.</summary>
    public static async Task<IReadOnlySet<int>> EndedAsync(StoreDb db, long batch, int run, IReadOnlyCollection<int> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
        {
            return new HashSet<int>();
        }

        var (first, last) = (jobs.Min(), jobs.Max());
        var ended = db.Outcomes.Where(outcome => outcome.Batch == batch && outcome.Run == run && outcome.Index >= first && outcome.Index <= last);

        // Retries travel far apart: between the first and the last may lie the whole batch.
        ended = last - first < jobs.Count ? ended : ended.Where(outcome => jobs.Contains(outcome.Index));

        // In the primary key's order, because PostgreSQL without statistics may else walk the whole run by arrival.
        return await ended.Select(outcome => outcome.Index).Order().ToHashSetAsync(cancellationToken);
    }
}
