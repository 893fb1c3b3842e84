using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class StopTests : IDisposable
{
    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_stop_lets_calls_in_flight_end_and_hands_the_rest_back()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var slice = Given.Slice(jobs: 5) with { Concurrency = 2 };
        await worker.SendAsync(slice);
        await Eventually.Equal(2, () => upstream.InFlight);

        await worker.PublishAsync(Stop(slice));
        await Eventually.True(() => worker.Held.All(held => !held.MayBegin));
        _gate.Open();
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Equal([0, 1], worker.Orchestrator.Outcomes.Select(outcome => outcome.Index).Order());
        Assert.Equal(2, upstream.Calls.Count);
    }

    [Fact]
    public async Task A_stop_that_aborts_ends_calls_in_flight_without_an_outcome()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var slice = Given.Slice(jobs: 5) with { Concurrency = 2 };
        await worker.SendAsync(slice);
        await Eventually.Equal(2, () => upstream.InFlight);

        await worker.PublishAsync(Stop(slice) with { Abort = true });
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Empty(worker.Orchestrator.Outcomes);
        Assert.Empty(worker.Orchestrator.Reports.Single().Retries);
        Assert.Equal(2, upstream.Calls.Count);
    }

    [Fact]
    public async Task A_stop_wakes_jobs_that_wait_for_their_turn()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);
        var slice = Given.Slice(jobs: 3, ns: "bench", action: "noop") with { CallsPerSecond = 0.01 };
        await worker.SendAsync(slice);
        await Eventually.Equal(1, () => worker.Held.Count);

        await worker.PublishAsync(Stop(slice));

        await Eventually.True(() => worker.Orchestrator.GotLast);
    }

    [Fact]
    public async Task Slices_that_come_after_the_stop_are_handed_back_untouched()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var slice = Given.Slice();
        await worker.SendAsync(slice);
        await Eventually.Equal(1, () => upstream.InFlight);
        await worker.PublishAsync(Stop(slice));
        await Eventually.True(() => worker.Held.All(held => !held.MayBegin));

        await worker.RunAsync(slice with { SliceId = Guid.NewGuid() });

        Assert.Empty(worker.Orchestrator.Outcomes);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task Another_run_and_a_later_start_are_not_stopped()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var stopped = Given.Slice();
        await worker.SendAsync(stopped);
        await worker.SendAsync(stopped with { SliceId = Guid.NewGuid(), Epoch = 2 });
        await worker.SendAsync(stopped with { SliceId = Guid.NewGuid(), Run = 2 });
        await worker.SendAsync(stopped with { SliceId = Guid.NewGuid(), BatchId = Guid.NewGuid() });
        await Eventually.Equal(4, () => upstream.InFlight);

        await worker.PublishAsync(Stop(stopped));
        await Eventually.Equal(3, () => worker.Held.Count(held => held.MayBegin));

        Assert.DoesNotContain(worker.Held, held => held.MayBegin && held.Grant.SliceId == stopped.SliceId);
        _gate.Open();
    }

    private static StopRun Stop(RunSlice slice) => new(slice.BatchId, slice.Run, slice.Epoch, Abort: false);
}
