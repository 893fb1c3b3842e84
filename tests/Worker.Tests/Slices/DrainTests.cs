using BatchPlatform.Testing;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class DrainTests : IDisposable
{
    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_worker_that_stops_lets_calls_in_flight_end_keeps_its_leases_and_hands_the_rest_back()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        worker.MayStop = () => worker.Orchestrator.GotLast;
        await worker.SendAsync(Given.Slice(jobs: 3));
        await Eventually.Equal(1, () => upstream.InFlight);

        var stop = worker.StopAsync();
        await Eventually.True(() => worker.Held.All(held => !held.MayBegin));
        worker.Clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.True(() => !worker.Orchestrator.Heartbeats.IsEmpty);
        Assert.False(stop.IsCompleted);
        _gate.Open();
        await stop;

        Assert.Single(worker.Orchestrator.Outcomes);
        Assert.Single(upstream.Calls);
        Assert.Equal(0, worker.Orchestrator.Announcements.Last().Slots);
    }

    [Fact]
    public async Task Calls_that_do_not_end_within_the_drain_time_are_aborted_and_their_jobs_handed_back()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition() with { TimeoutSeconds = 600 });
        worker.MayStop = () => worker.Orchestrator.GotLast;
        await worker.SendAsync(Given.Slice(jobs: 3));
        await Eventually.Equal(1, () => upstream.InFlight);

        var stop = worker.StopAsync();
        await Eventually.Equal(0, () => worker.Orchestrator.Announcements.Last().Slots);
        await Eventually.True(() =>
        {
            worker.Clock.Advance(TimeSpan.FromSeconds(5));
            return stop.IsCompleted;
        });
        await stop;

        Assert.True(worker.Orchestrator.GotLast);
        Assert.Empty(worker.Orchestrator.Outcomes);
        Assert.True(worker.Clock.GetUtcNow().UtcDateTime >= Given.Start.AddSeconds(25));
    }
}
