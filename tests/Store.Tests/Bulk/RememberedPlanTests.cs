using BatchPlatform.Store.Bulk;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Tests.Bulk;

/// <summary>PostgreSQL keeps the plan of a prepared statement until the next ANALYZE, however much its tables grow meanwhile.</summary>
public sealed class RememberedPlanTests
{
    // The driver prepares a statement at its fifth use, and the server settles for one plan after five more.
    private const int Settled = 12;

    [Fact]
    public async Task A_plan_that_was_made_while_the_table_was_small_does_not_read_all_of_it_when_it_is_large()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var process = StoreProcess.Of("Postgres", database.ConnectionString);
        var store = process.GetRequiredService<BatchStore>();
        await StoreMigration.MigrateAsync(store);

        await using var unit = await store.BeginAsync();
        await InsertAsync(batch: 1, jobs: 5);
        await unit.Db.Database.ExecuteSqlAsync($"ANALYZE jobs");
        for (var i = 0; i < Settled; i++)
        {
            await ReadAsync(batch: 1);
        }

        await InsertAsync(batch: 2, jobs: 2000);
        var before = await ScansAsync();
        await ReadAsync(batch: 2);

        Assert.Equal(before, await ScansAsync());

        Task InsertAsync(long batch, int jobs) => store.Bulk.InsertJobsAsync(
            unit.Db, batch, revision: 1, [.. Enumerable.Range(0, jobs).Select(index => new StagedJob(index, "event", "invite", "{}"u8.ToArray(), CustomId: null))], default);

        Task ReadAsync(long batch) => store.Bulk.ReadLaneAsync(unit.Db, new LaneRange(batch, Revision: 1, "event", From: 0, End: 2000, MaxJobs: 500, MaxBytes: 1 << 20), default);

        // How often this transaction has read the table from end to end.
        Task<long> ScansAsync() => unit.Db.Database.SqlQuery<long>($"SELECT seq_scan AS \"Value\" FROM pg_stat_xact_user_tables WHERE relname = 'jobs'").SingleAsync();
    }
}
