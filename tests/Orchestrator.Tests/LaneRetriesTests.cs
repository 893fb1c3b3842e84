using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Reports that add retries, beside the dispatcher that takes some, on a database where both run at once.</summary>
public sealed class LaneRetriesTests : IAsyncLifetime
{
    private static readonly DateTime Due = new(2126, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync("Postgres");

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_a_report_adds_while_the_dispatcher_looks_is_looked_at_again()
    {
        await _host.CreateAsync(jobs: 2, commit: true);
        await Eventually.True(async () => (await LanesAsync()).Count == 1);
        await using (var db = _host.Store.Read())
        {
            await db.Lanes.ExecuteUpdateAsync(row => row.SetProperty(lane => lane.RetryAt, DateTime.UnixEpoch));
        }

        var lane = (await LanesAsync()).Single();
        await using var report = await _host.Store.BeginAsync();
        var slice = new Slice { Batch = lane.Batch, Run = lane.Run, Namespace = lane.Namespace };
        await LaneRetries.AddAsync(report.Db, slice, [new RetryLater(Index: 1, Attempt: 2, Due)], CancellationToken.None);
        var looking = Task.Run(() => LookAsync(lane));
        await Eventually.True(async () => looking.IsCompleted || await SomebodyWaitsAsync());
        await report.CommitAsync(CancellationToken.None);
        await looking;

        Assert.Equal(Due, (await LanesAsync()).Single().RetryAt);
    }

    [Fact]
    public async Task A_resume_locks_the_run_before_its_lanes_as_a_report_does()
    {
        var id = await _host.CreateAsync(jobs: 2, commit: true);
        await _host.AskAsync(new PauseBatch(id, Guid.NewGuid(), Reason: null));
        await using var report = await _host.Store.BeginAsync();
        await report.Db.Runs.ExecuteUpdateAsync(row => row.SetProperty(run => run.Seq, run => run.Seq));

        var resuming = _host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));
        await Eventually.True(SomebodyWaitsAsync);
        await report.Db.Database.ExecuteSqlAsync($"SET LOCAL lock_timeout = '5s'");
        await report.Db.Lanes.ExecuteUpdateAsync(row => row.SetProperty(lane => lane.Gaps, lane => lane.Gaps));
        await report.CommitAsync(CancellationToken.None);

        Assert.True((await resuming).Accepted);
    }

    [Fact]
    public async Task The_lanes_of_a_busy_upstream_do_not_hide_those_of_another()
    {
        await _host.CreateAsync(jobs: 1, commit: true);
        await Eventually.True(async () => (await LanesAsync()).Count == 1);
        await using (var unit = await _host.Store.BeginAsync())
        {
            var lane = (await LanesAsync()).Single();
            unit.Db.Lanes.AddRange(Enumerable.Range(0, 100).Select(place => new Lane
            {
                Batch = lane.Batch + 1 + place, Run = lane.Run, BatchId = lane.BatchId, Tenant = lane.Tenant, Namespace = "busy", Priority = 9, Active = true, Open = true, End = 1,
            }));
            await unit.CommitAsync(CancellationToken.None);
        }

        await using var db = _host.Store.Read();
        Assert.Contains(await Outlook.LanesAsync(db, Due, CancellationToken.None), found => found.Lane.Namespace == "test");
    }

    private async Task LookAsync(Lane lane)
    {
        await using var unit = await _host.Store.BeginAsync();
        Assert.True(await LaneRetries.LockAsync(unit.Db, lane, CancellationToken.None));
        await LaneRetries.ReleaseAsync(unit.Db, lane, CancellationToken.None);
        await unit.CommitAsync(CancellationToken.None);
    }

    private async Task<List<Lane>> LanesAsync()
    {
        await using var db = _host.Store.Read();
        return await db.Lanes.AsNoTracking().ToListAsync();
    }

    private async Task<bool> SomebodyWaitsAsync()
    {
        await using var db = _host.Store.Read();
        return await db.Database
            .SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            .SingleAsync() > 0;
    }
}
