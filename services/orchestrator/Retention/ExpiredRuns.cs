using System.Linq.Expressions;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Retention;

/// <summary>
/// Removes results of runs, and runs. A run and its retries are one: they expire together, once the last of them was over for
/// long enough. First a run is marked, under the lock that the saga takes before it begins a retry: from then on nobody reads or
/// retries its results, and they go in short transactions.
/// </summary>
internal sealed class ExpiredRuns(BatchStore store)
{
    private const int Page = 100;
    private const int Chunk = 2000;

    /// <summary>Removes the results of what was over before then; the runs stay.</summary>
    /// <returns>How many runs.</returns>
    public Task<int> EmptyAsync(DateTime before, CancellationToken cancellationToken) =>
        EachAsync(
            db => db.Runs.Where(run => !run.Emptied && run.CreatedAt < before).Where(Over(db, before)),
            async run =>
            {
                if (await MarkAsync(run, before, cancellationToken))
                {
                    await RemoveOutcomesAsync(run, cancellationToken);
                    await WriteAsync(db => Row(db, run).ExecuteUpdateAsync(set => set.SetProperty(r => r.Emptied, true), cancellationToken), cancellationToken);
                }
            },
            cancellationToken);

    /// <summary>Removes runs that were over before then, with everything of them, except each batch's latest.</summary>
    /// <returns>How many runs.</returns>
    public Task<int> RemoveAsync(DateTime before, CancellationToken cancellationToken) =>
        EachAsync(
            db => db.Runs.Where(run => run.CreatedAt < before && db.Runs.Any(next => next.Batch == run.Batch && next.Root > run.Root)).Where(Over(db, before)),
            async run =>
            {
                if (await MarkAsync(run, before, cancellationToken))
                {
                    await RemoveOutcomesAsync(run, cancellationToken);
                    await RemoveRowsAsync(run, cancellationToken);
                }
            },
            cancellationToken);

    // A run is over when it has settled; one that never will, when another took its place and no worker has a job of it.
    private static Expression<Func<Run, bool>> Over(StoreDb db, DateTime before) => run =>
        !db.Slices.Any(slice => slice.Batch == run.Batch && slice.State != SliceState.Returned
            && db.Runs.Any(each => each.Batch == slice.Batch && each.Number == slice.Run && each.Root == run.Root))
        && !db.Runs.Any(each => each.Batch == run.Batch && each.Root == run.Root
            && (each.SettledAt == null || each.SettledAt >= before)
            && !(each.SettledAt == null && db.Runs.Any(next => next.Batch == each.Batch && next.Root > each.Root && next.CreatedAt < before)));

    private async Task<int> EachAsync(Func<StoreDb, IQueryable<Run>> expired, Func<Run, Task> remove, CancellationToken cancellationToken)
    {
        var (count, after) = (0, (Batch: 0L, Number: 0));
        while (true)
        {
            List<Run> runs;
            await using (var db = store.Read())
            {
                runs = await expired(db)
                    .Where(run => run.Batch > after.Batch || (run.Batch == after.Batch && run.Number > after.Number))
                    .OrderBy(run => run.Batch).ThenBy(run => run.Number)
                    .Take(Page)
                    .ToListAsync(cancellationToken);
            }

            foreach (var run in runs)
            {
                await remove(run);
                after = (run.Batch, run.Number);
            }

            count += runs.Count;
            if (runs.Count < Page)
            {
                return count;
            }
        }
    }

    // All that expire together at once, so that nobody reads one of them without the others. False when the failed jobs are
    // being retried since the run was found.
    private async Task<bool> MarkAsync(Run run, DateTime before, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var db = unit.Db;
        await db.Batches.Where(batch => batch.Number == run.Batch).ExecuteUpdateAsync(set => set.SetProperty(batch => batch.Name, batch => batch.Name), cancellationToken);
        var together = db.Runs.Where(row => row.Batch == run.Batch && row.Root == run.Root);
        var marked = await together.Where(Over(db, before)).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.ExpiredAt, r => r.ExpiredAt ?? unit.Now), cancellationToken);
        await unit.CommitAsync(cancellationToken);
        return marked > 0;
    }

    // By arrival number: it has no gaps, so that each transaction is short and finds its rows by an index (which knows its rows by seq > 0 in PostgreSQL).
    private async Task RemoveOutcomesAsync(Run run, CancellationToken cancellationToken)
    {
        for (var from = 1; from <= run.Seq; from += Chunk)
        {
            var (first, end) = (from, from + Chunk);
            await WriteAsync(
                db => db.Outcomes
                    .Where(outcome => outcome.Batch == run.Batch && outcome.Run == run.Number && outcome.Seq > 0 && outcome.Seq >= first && outcome.Seq < end)
                    .ExecuteDeleteAsync(cancellationToken),
                cancellationToken);
        }

        await WriteAsync(db => db.Failures.Where(failure => failure.Batch == run.Batch && failure.Run == run.Number).ExecuteDeleteAsync(cancellationToken), cancellationToken);
    }

    private Task RemoveRowsAsync(Run run, CancellationToken cancellationToken) => WriteAsync(
        async db =>
        {
            await db.Slices.Where(row => row.Batch == run.Batch && row.Run == run.Number).ExecuteDeleteAsync(cancellationToken);
            await Row(db, run).ExecuteDeleteAsync(cancellationToken);
            await db.Lanes.Where(row => row.Batch == run.Batch && row.Run == run.Number).ExecuteDeleteAsync(cancellationToken);
            await db.Retries.Where(row => row.Batch == run.Batch && row.Run == run.Number).ExecuteDeleteAsync(cancellationToken);
        },
        cancellationToken);

    private async Task WriteAsync(Func<StoreDb, Task> write, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        await write(unit.Db);
        await unit.CommitAsync(cancellationToken);
    }

    private static IQueryable<Run> Row(StoreDb db, Run run) => db.Runs.Where(row => row.Batch == run.Batch && row.Number == run.Number);
}
