using System.Data.Common;
using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Watching;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What was done, written down for people who watch. On SQLite and on PostgreSQL.</summary>
public abstract class ActivityTests(string provider) : IAsyncLifetime
{
    private static readonly Guid Worker = Guid.NewGuid();
    private readonly FakeClock _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 3, TimeSpan.Zero));
    private OrchestratorHost _host = null!;
    private ActivityTally _tally = null!;
    private ActivityClock _writer = null!;

    public async Task InitializeAsync()
    {
        _host = await OrchestratorHost.StartAsync(provider);
        await _host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1", Limits = new UpstreamLimits { Concurrency = 8 } });
        _tally = new ActivityTally(_clock);
        _writer = new ActivityClock(_host.Store, _tally, _clock, NullLogger<ActivityClock>.Instance);
    }

    public async Task DisposeAsync()
    {
        _writer.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Outcomes_of_workers_and_of_cancelled_jobs_are_counted_for_their_tenant()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 4, commit: true, tenant: "shop");
        await _host.ReportAsync(await _host.SliceAsync(), Worker, completed: index => index > 0);
        await _host.EventuallyInAsync(id, BatchState.Finished);

        var steps = _host.Get<ActivityTally>().Take(all: true);

        Assert.Equal((3, 1), (steps.Sum(step => step.Completed), steps.Sum(step => step.Failed)));
        Assert.All(steps, step => Assert.Equal("shop", step.Tenant));
    }

    [Fact]
    public async Task A_step_is_written_once_it_is_over()
    {
        _tally.Add("shop", [Ended(completed: true, 12), Ended(completed: false, 30)]);
        await _writer.TickAsync(default);
        Assert.Empty(await WrittenAsync());

        _clock.Advance(TimeSpan.FromSeconds(7));
        _tally.Add("shop", [Ended(completed: true, 5)]);
        await _writer.TickAsync(default);

        var step = Assert.Single(await WrittenAsync());
        Assert.Equal((1, 1, 12, 0), (step.Completed, step.Failed, step.At.Hour, step.At.Second));
        Assert.Equal(CallDurations.Of([12, 30]).Counts, step.Durations.Counts);
    }

    [Fact]
    public async Task What_waits_is_written_as_long_as_something_does()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 4, commit: true, tenant: "shop");
        var slice = await _host.SliceAsync();
        await _writer.TickAsync(default);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _host.ReportAsync(slice, Worker);
        await _host.EventuallyInAsync(id, BatchState.Finished);
        await _writer.TickAsync(default);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _writer.TickAsync(default);

        // The host's own clock, which has the time of day, writes, too.
        var step = Assert.Single(await WrittenAsync(), step => step.At < _clock.GetUtcNow().UtcDateTime);
        Assert.Equal(("shop", 0, 0L, 4L, 0L), (step.Tenant, step.Completed, step.Pending, step.Queued, step.Processing));
    }

    [Fact]
    public async Task A_process_that_ends_writes_the_step_that_goes_on()
    {
        _tally.Add("shop", [Ended(completed: true, 12)]);

        await _writer.StopAsync(default);

        Assert.Equal(1, Assert.Single(await WrittenAsync()).Completed);
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_later()
    {
        _tally.Add("shop", [Ended(completed: true, 12)]);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await RenameAsync("activity", "activity_away");
        await Assert.ThrowsAnyAsync<DbException>(() => _writer.TickAsync(default));

        await RenameAsync("activity_away", "activity");
        await _writer.TickAsync(default);

        Assert.Equal(1, Assert.Single(await WrittenAsync()).Completed);
    }

    [Fact]
    public async Task What_is_a_day_old_is_removed()
    {
        _tally.Add("shop", [Ended(completed: true, 12)]);
        await _writer.StopAsync(default);
        await MakeOlderAsync();

        _tally.Add("shop", [Ended(completed: true, 12)]);
        await _writer.StopAsync(default);

        Assert.Single(await WrittenAsync());
    }

    private static PackedOutcome Ended(bool completed, int milliseconds) =>
        new(0, completed, completed ? 200 : 500, completed ? null : ErrorCodes.UpstreamStatus, null, 1, milliseconds, DateTime.UnixEpoch, default);

    private async Task RenameAsync(string from, string to)
    {
        await using var unit = await _host.Store.BeginAsync();
        var sql = $"ALTER TABLE {from} RENAME TO {to}";
        await unit.Db.Database.ExecuteSqlRawAsync(sql);
        await unit.CommitAsync();
    }

    private async Task MakeOlderAsync()
    {
        await using var unit = await _host.Store.BeginAsync();
        await unit.Db.Activity.ExecuteUpdateAsync(set => set.SetProperty(step => step.At, new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc)));
        await unit.CommitAsync();
    }

    private async Task<List<ActivityStep>> WrittenAsync()
    {
        await using var db = _host.Store.Read();
        return await db.Activity.ToListAsync();
    }
}

public sealed class ActivityOnSqliteTests() : ActivityTests("Sqlite");

public sealed class ActivityOnPostgresTests() : ActivityTests("Postgres");
