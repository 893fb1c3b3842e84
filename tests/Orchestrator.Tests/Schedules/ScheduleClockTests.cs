using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Schedules;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Tests.Schedules;

/// <summary>Which fires come, and that each comes once. Time is the test's, and so are the clocks; the host's own is stopped.</summary>
public abstract class ScheduleClockTests(string provider) : IAsyncLifetime
{
    private static readonly Schedule EveryMinute = new(ScheduleKind.Minutes, "every_minute", Overlap: OverlapPolicy.Stop);
    private readonly FakeClock _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 30, TimeSpan.Zero));
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await OrchestratorHost.StartAsync(provider, new() { ["Orchestrator:ClockSeconds"] = "60", ["Orchestrator:ReconcileSeconds"] = "600" }, _time);
        await _host.Get<IEnumerable<IHostedService>>().OfType<ScheduleClock>().Single().StopAsync(default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task With_many_orchestrators_each_fire_begins_one_run()
    {
        var ids = new List<Guid>();
        for (var batch = 0; batch < 5; batch++)
        {
            ids.Add(await _host.CreateAsync(jobs: 1, schedule: EveryMinute));
        }

        for (var minute = 1; minute <= 5; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TickAsync()));
            await Task.WhenAll(ids.Select(id => Eventually.Equal(minute, async () => (await _host.BatchAsync(id)).Run)));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TickAsync()));
        foreach (var id in ids)
        {
            var batch = await _host.BatchAsync(id);
            Assert.Equal(5, batch.Run);
            Assert.Equal(Enumerable.Range(1, 5).Select(minute => new DateTime(2026, 5, 1, 12, minute, 0, DateTimeKind.Utc)), batch.Fires);
        }
    }

    [Theory]
    [InlineData(MissedPolicy.Skip, 0, FireResult.Missed)]
    [InlineData(MissedPolicy.Once, 1, FireResult.Started)]
    public async Task What_was_missed_is_left_out_or_made_up_for_once(MissedPolicy policy, int runs, FireResult result)
    {
        var id = await _host.CreateAsync(jobs: 1, schedule: EveryMinute with { Missed = policy });

        await AfterAsync(TimeSpan.FromHours(3));

        await Eventually.Equal(result, async () => (await RowAsync(id)).LastResult);
        Assert.Equal(runs, (await _host.BatchAsync(id)).Run);
        Assert.Equal(new DateTime(2026, 5, 1, 12, 1, 0, DateTimeKind.Utc), (await RowAsync(id)).LastFireAt);
        Assert.Equal(new DateTime(2026, 5, 1, 15, 1, 0, DateTimeKind.Utc), (await RowAsync(id)).NextAt);
    }

    [Fact]
    public async Task A_fire_that_is_only_a_little_late_is_not_missed()
    {
        var id = await _host.CreateAsync(jobs: 1, schedule: EveryMinute);

        await AfterAsync(TimeSpan.FromSeconds(85));

        await Eventually.Equal(FireResult.Started, async () => (await RowAsync(id)).LastResult);
    }

    [Fact]
    public async Task Jitter_comes_after_the_planned_time_and_within_its_bound()
    {
        var drawn = new HashSet<double>();
        for (var batch = 0; batch < 20; batch++)
        {
            var row = await RowAsync(await _host.CreateAsync(jobs: 1, schedule: new Schedule(ScheduleKind.Daily, Hours: [15], JitterSeconds: 600)));
            Assert.Equal(new DateTime(2026, 5, 1, 15, 0, 0, DateTimeKind.Utc), row.PlannedAt);
            drawn.Add((row.NextAt!.Value - row.PlannedAt!.Value).TotalSeconds);
        }

        Assert.All(drawn, seconds => Assert.InRange(seconds, 0, 600));
        Assert.True(drawn.Count > 1);
    }

    [Fact]
    public async Task With_jitter_a_fire_keeps_its_planned_time_and_the_next_is_of_the_next_day()
    {
        var id = await _host.CreateAsync(jobs: 1, schedule: new Schedule(ScheduleKind.Daily, Hours: [13], JitterSeconds: 600));

        await AfterAsync((await RowAsync(id)).NextAt!.Value - _time.GetUtcNow().UtcDateTime);

        await Eventually.Equal(FireResult.Started, async () => (await RowAsync(id)).LastResult);
        var row = await RowAsync(id);
        Assert.Equal(new DateTime(2026, 5, 1, 13, 0, 0, DateTimeKind.Utc), row.LastFireAt);
        Assert.Equal(new DateTime(2026, 5, 2, 13, 0, 0, DateTimeKind.Utc), row.PlannedAt);
    }

    [Fact]
    public async Task A_schedule_that_is_not_enabled_does_not_fire_until_it_is()
    {
        var id = await _host.CreateAsync(jobs: 1, schedule: EveryMinute with { Enabled = false });
        await AfterAsync(TimeSpan.FromMinutes(1));
        Assert.Null((await RowAsync(id)).LastResult);

        Assert.True((await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), """{"schedule":{"enabled":true}}"""))).Accepted);
        await AfterAsync(TimeSpan.FromMinutes(1));

        await Eventually.Equal(1, async () => (await _host.BatchAsync(id)).Run);
    }

    [Fact]
    public async Task An_update_that_races_a_fire_is_wholly_before_or_after_it()
    {
        for (var round = 0; round < 10; round++)
        {
            var id = await _host.CreateAsync(jobs: 1, schedule: EveryMinute);
            _time.Advance(TimeSpan.FromMinutes(1));

            var update = _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), """{"name":"after","schedule":{"enabled":false}}"""));
            await Task.WhenAll(update, TickAsync(), TickAsync());

            var wasFirst = (await update).Accepted;
            await Eventually.Equal(wasFirst ? 0 : 1, async () => (await _host.BatchAsync(id)).Run);
            var batch = await _host.BatchAsync(id);
            Assert.Equal((wasFirst ? "after" : "a batch", wasFirst ? 0 : 1), (batch.Name!, batch.Fires.Count));
            await _host.AskAsync(new DeleteBatch(id, Guid.NewGuid(), Force: true));
        }
    }

    private async Task AfterAsync(TimeSpan time)
    {
        _time.Advance(time);
        await TickAsync();
    }

    // Another orchestrator on the same database.
    private Task TickAsync() => new ScheduleClock(
        _host.Store, _time, Options.Create(new OrchestratorOptions()), NullLogger<ScheduleClock>.Instance).TickAsync(default);

    private async Task<ScheduledBatch> RowAsync(Guid id)
    {
        await using var db = _host.Store.Read();
        return await db.Schedules.SingleAsync(row => row.BatchId == id);
    }
}

public sealed class SqliteScheduleClockTests() : ScheduleClockTests("Sqlite");

public sealed class PostgresScheduleClockTests() : ScheduleClockTests("Postgres");
