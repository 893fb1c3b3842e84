using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Orchestrator.Clocks;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Orchestrator.Schedules;
using BatchPlatform.Orchestrator.Watching;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>
/// What the clocks ask of PostgreSQL while 10,000 finished and 100 scheduled batches are in the store: no statement reads a table from
/// end to end that grows with them.
/// </summary>
public sealed class IdleCostTests : IAsyncLifetime
{
    private static readonly string[] Growing = ["batches", "runs", "lanes", "outcomes", "jobs"];
    private static readonly Type[] Looking = [typeof(LeaseClock), typeof(StopClock), typeof(DeadlineClock), typeof(ReconcileClock), typeof(ScheduleClock), typeof(ActivityClock)];

    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly QueryPlans _plans = new();
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync()
    {
        // The clocks tick when the test says so.
        _host = await OrchestratorHost.StartAsync("Postgres", new() { ["Orchestrator:ClockSeconds"] = "10", ["Orchestrator:ReconcileSeconds"] = "60" });
        var worker = Guid.NewGuid();
        await _host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1" });
        await _host.AnnounceAsync(worker);
        var finished = await _host.CreateAsync(jobs: 1, commit: true);
        await _host.ReportAsync(await _host.SliceAsync(), worker);
        await _host.EventuallyInAsync(finished, BatchState.Finished);
        var scheduled = await _host.CreateAsync(jobs: 1, recurring: true, schedule: new Schedule(ScheduleKind.Cron, Cron: "0 3 * * *", TimeZone: "UTC"));
        await CopyAsync(finished, 10_000);
        await CopyAsync(scheduled, 100);
        await using var db = _host.Store.Read();
        await db.Database.ExecuteSqlRawAsync("ANALYZE");
    }

    public async Task DisposeAsync()
    {
        _plans.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Clocks_and_dispatcher_find_what_they_look_for_by_indexes()
    {
        await using var db = _host.Store.Read();
        foreach (var clock in _host.Get<IEnumerable<IHostedService>>().OfType<Clock>().Where(each => Looking.Contains(each.GetType())))
        {
            await AssertIndexedAsync(db, () => clock.TickAsync(default));
        }

        await AssertIndexedAsync(db, () => Outlook.LanesAsync(db, Noon, default));
        await AssertIndexedAsync(db, () => Outlook.LiveAsync(db, default));
    }

    [Fact]
    public async Task A_dispatch_round_looks_lanes_up_also_in_a_small_table()
    {
        // Nobody else sees them, so that nobody cuts them.
        await using var unit = await _host.Store.BeginAsync();
        var db = unit.Db;
        await db.Database.ExecuteSqlRawAsync("DELETE FROM lanes WHERE batch IN (SELECT batch FROM lanes ORDER BY batch DESC OFFSET 3000)");
        await db.Database.ExecuteSqlRawAsync("UPDATE lanes SET active = true, open = true WHERE batch IN (SELECT batch FROM lanes ORDER BY batch DESC LIMIT 200)");
        await db.Database.ExecuteSqlRawAsync("ANALYZE lanes");
        await AssertIndexedAsync(db, () => Outlook.LanesAsync(db, Noon, default));
        Assert.NotEmpty(await Outlook.LanesAsync(db, Noon, default));
    }

    [Fact]
    public async Task Of_the_results_of_a_large_batch_a_page_is_read_though_most_batches_have_one_job()
    {
        await using var db = _host.Store.Read();
        var run = await db.Runs.AsNoTracking().FirstAsync(each => each.SettledAt != null);
        await using var command = await new ResultQuery(run.Batch, state: null).CommandAsync(db, new ResultStretch([run], ResultOrder.Index, From: 0, End: 1000), default);
        command.CommandText = $"EXPLAIN {command.CommandText}";

        var plan = new List<string>();
        await using (var lines = await command.ExecuteReaderAsync())
        {
            while (await lines.ReadAsync())
            {
                plan.Add(lines.GetString(0));
            }
        }

        // By the key that ends with the job's place, and not by the one that ends with the order of arrival, of which all would be read.
        Assert.Contains(plan, line => line.Contains("pk_outcomes", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("pk_jobs", StringComparison.Ordinal));
    }

    private async Task AssertIndexedAsync(StoreDb db, Func<Task> look)
    {
        var plans = await _plans.OfAsync(db.Database, look);
        Assert.NotEmpty(plans);
        Assert.All(plans, plan => Assert.False(plan.Scanned.Intersect(Growing).Any(), $"{string.Join(", ", plan.Scanned)} read from end to end: {plan.Statement}"));
    }

    // With everything of it, by the database.
    private async Task CopyAsync(Guid id, int times)
    {
        var number = (await _host.BatchAsync(id)).Number;
        await using var unit = await _host.Store.BeginAsync();
        foreach (var (table, key) in new[] { ("batches", "number"), ("runs", "batch"), ("lanes", "batch"), ("outcomes", "batch"), ("jobs", "batch"), ("schedules", "batch") })
        {
            var more = table == "batches" ? ", 'id', gen_random_uuid()" : "";
            var sql = $"INSERT INTO {table} SELECT (jsonb_populate_record(original, jsonb_build_object('{key}', original.{key} * 1000000 + copy{more}))).* "
                + $"FROM {table} AS original, generate_series(1, {times}) AS copy WHERE original.{key} = {number}";
            await unit.Db.Database.ExecuteSqlRawAsync(sql);
        }

        await unit.CommitAsync();
    }
}
