using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What must hold in the store at every moment, checked after each test that moves jobs.</summary>
internal static class StoreInvariants
{
    public static async Task CheckAsync(BatchStore store)
    {
        // One transaction, so that the picture is of one moment.
        await using var unit = await store.BeginAsync();
        var db = unit.Db;
        if (db is PostgresStoreDb)
        {
            await db.Database.ExecuteSqlRawAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        }

        foreach (var run in await db.Runs.AsNoTracking().ToListAsync())
        {
            var outcomes = await db.Outcomes.AsNoTracking().Where(row => row.Batch == run.Batch && row.Run == run.Number).ToListAsync();
            CountersEqualTheRows(run, outcomes);
            OneOwnerForEachJob(
                outcomes.ConvertAll(row => row.Index),
                await db.Slices.AsNoTracking().Where(row => row.Batch == run.Batch && row.Run == run.Number).ToListAsync(),
                await db.Retries.AsNoTracking().Where(row => row.Batch == run.Batch && row.Run == run.Number).Select(row => row.Index).ToListAsync());
        }
    }

    private static void CountersEqualTheRows(Run run, List<Outcome> outcomes)
    {
        Assert.Equal(outcomes.Count(row => row.State == JobState.Completed), run.Completed);
        Assert.Equal(outcomes.Count(row => row.State == JobState.Failed), run.Failed);
        Assert.Equal(outcomes.Count, run.Seq);
        Assert.Equal(Enumerable.Range(1, outcomes.Count), outcomes.Select(row => row.Seq).Order());
        Assert.Equal(run.SettledAt is not null, outcomes.Count == run.Total);
    }

    private static void OneOwnerForEachJob(List<int> ended, List<Slice> slices, List<int> retries)
    {
        var waiting = slices.SelectMany(slice => slice.Jobs.Each().Select(job => job.Index).Except(ended).Except(retries)).ToList();
        Assert.Equal(waiting.Distinct().Count(), waiting.Count);
        Assert.Empty(retries.Intersect(ended));
        Assert.All(slices, slice => Assert.Equal(slice.Jobs.Each().Select(job => job.Index).Except(ended).Except(retries).Count(), slice.Remaining));
    }
}
