using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>The machine's clock is set anew in the middle of a run.</summary>
public sealed class ClockStepTests : IAsyncLifetime
{
    private const int Jobs = 300;
    private static readonly Guid Worker = Guid.NewGuid();
    private readonly SteppedClock _clock = new();
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await OrchestratorHost.StartAsync("Sqlite", time: _clock);
        await _host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1", Limits = new UpstreamLimits { Concurrency = 8 } });
    }

    public async Task DisposeAsync()
    {
        await StoreInvariants.CheckAsync(_host.Store);
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task Nothing_is_lost_and_nothing_counted_twice(int hours)
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(Jobs, commit: true);
        var held = await _host.SliceAsync();
        await _host.HeartbeatAsync(Worker, held.SliceId);

        _clock.Step(TimeSpan.FromHours(hours));
        // Set forward, its lease is over: somebody else may have the slice by now, or this report may be in time.
        await _host.ReportAsync(held, Worker);
        await _host.RunToEndAsync(id, Worker);

        Assert.Equal((Jobs, 0), await _host.CountsAsync(id));
        await using var db = _host.Store.Read();
        Assert.Equal(Jobs, await db.Outcomes.Select(outcome => outcome.Index).Distinct().CountAsync());
    }

    [Fact]
    public async Task A_retry_that_a_clock_set_back_has_put_off_is_made_when_its_time_comes()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 1, commit: true);
        var slice = await _host.SliceAsync();
        await _host.ReportAsync(slice, Worker, onlyFirst: 0, retries: [new RetryLater(Index: 0, Attempt: 2, _clock.GetUtcNow().UtcDateTime.AddMinutes(1))]);
        await Eventually.True(async () => await WaitingAsync() == 1);

        _clock.Step(TimeSpan.FromHours(-2));
        _clock.Step(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(1));
        await _host.RunToEndAsync(id, Worker);

        Assert.Equal((1, 0), await _host.CountsAsync(id));
    }

    private async Task<int> WaitingAsync()
    {
        await using var db = _host.Store.Read();
        return await db.Retries.CountAsync();
    }

    /// <summary>The system's clock, so much off; its timers are the system's, as when a clock is set.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _ticksOff;

        public void Step(TimeSpan by) => Interlocked.Add(ref _ticksOff, by.Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ticksOff));
    }
}
