using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Slices;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class LeaseTests : IDisposable
{
    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_slice_that_ends_quickly_costs_no_heartbeat()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);
        await worker.RunAsync(Given.Slice(jobs: 100, ns: "bench", action: "noop"));
        await Eventually.Equal(1, () => worker.Acknowledged);
        worker.Clock.Advance(TimeSpan.FromSeconds(10));
        var asking = Given.Slice(ns: "bench", action: "noop") with { MustAsk = true };

        await worker.RunAsync(asking);

        Assert.Equal([asking.SliceId], worker.Orchestrator.Heartbeats.SelectMany(heartbeat => heartbeat.Slices));
    }

    [Fact]
    public async Task A_slice_is_announced_when_it_outlives_100_ms_and_then_every_5_s_with_all_others()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var slices = new[] { Given.Slice(), Given.Slice() };
        await worker.SendAsync(slices[0]);
        await worker.SendAsync(slices[1]);
        await Eventually.Equal(2, () => upstream.InFlight);

        worker.Clock.Advance(TimeSpan.FromMilliseconds(200));
        await Eventually.True(() => worker.Held.All(slice => slice.Announced));
        var before = worker.Orchestrator.Heartbeats.Count;
        worker.Clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.True(() => worker.Orchestrator.Heartbeats.Count > before);

        Assert.Equal(slices.Select(slice => slice.SliceId).Order(), worker.Orchestrator.Heartbeats.Last().Slices.Order());
        _gate.Open();
    }

    [Fact]
    public async Task A_slice_that_is_held_no_more_begins_no_call_and_reports_nothing()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        worker.Orchestrator.OnHeartbeat = _ => Task.FromResult<HeartbeatAnswer?>(new HeartbeatAnswer([]));
        await worker.SendAsync(Given.Slice(jobs: 3));
        await Eventually.Equal(1, () => upstream.InFlight);

        worker.Clock.Advance(TimeSpan.FromMilliseconds(200));
        await Eventually.True(() => worker.Held.All(slice => slice.Lost));
        _gate.Open();
        await Eventually.Equal(1, () => worker.Acknowledged);

        Assert.Empty(worker.Orchestrator.Reports);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_slice_whose_lease_ran_out_begins_no_call_and_is_handed_back()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        worker.Orchestrator.OnHeartbeat = _ => Task.FromResult<HeartbeatAnswer?>(null);
        await worker.SendAsync(Given.Slice(jobs: 3));
        await Eventually.Equal(1, () => upstream.InFlight);

        worker.Clock.Advance(TimeSpan.FromSeconds(15));
        _gate.Open();
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Single(upstream.Calls);
        Assert.Single(worker.Orchestrator.Outcomes);
    }

    [Fact]
    public async Task The_lease_counts_from_sending_the_heartbeat_that_was_answered()
    {
        await using var worker = await WorkerHost.StartAsync();
        var slice = new HeldSlice(Given.Slice(), TimeSpan.FromSeconds(15), worker.Clock);
        worker.Clock.Advance(TimeSpan.FromSeconds(10));
        worker.Orchestrator.OnHeartbeat = heartbeat =>
        {
            worker.Clock.Advance(TimeSpan.FromSeconds(4));
            return Task.FromResult<HeartbeatAnswer?>(new HeartbeatAnswer(heartbeat.Slices));
        };

        await worker.Services.GetRequiredService<Heartbeats>().SendAsync([slice], CancellationToken.None);

        worker.Clock.Advance(TimeSpan.FromSeconds(10.9));
        Assert.True(slice.MayBegin);
        worker.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(slice.MayBegin);
    }

    [Fact]
    public async Task A_slice_that_was_sent_before_waits_for_the_answer_before_its_first_call()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var callsBefore = CountCallsAtHeartbeat(worker, upstream);

        await worker.RunAsync(Given.Slice() with { MustAsk = true });

        Assert.Equal([0], callsBefore);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_redelivered_slice_waits_for_the_answer_before_its_first_call()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var callsBefore = CountCallsAtHeartbeat(worker, upstream);
        var redelivery = Substitute.For<ConsumeContext<RunSlice>>();
        redelivery.Message.Returns(Given.Slice());
        redelivery.ReceiveContext.Redelivered.Returns(true);

        await new SliceConsumer(worker.Services.GetRequiredService<SliceRunner>()).Consume(redelivery);

        Assert.Equal([0], callsBefore);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_slice_of_an_action_that_must_not_be_repeated_waits_for_the_answer_before_its_first_call()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var worker = await WorkerHost.StartAsync(upstream.Definition(new UpstreamAction { Delivery = "at_most_once" }));
        var callsBefore = CountCallsAtHeartbeat(worker, upstream);

        await worker.RunAsync(Given.Slice());

        Assert.Equal([0], callsBefore);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_slice_that_turns_out_to_be_anothers_is_dropped()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        worker.Orchestrator.OnHeartbeat = _ => Task.FromResult<HeartbeatAnswer?>(new HeartbeatAnswer([]));

        await worker.SendAsync(Given.Slice() with { MustAsk = true });
        await Eventually.Equal(1, () => worker.Acknowledged);

        Assert.Empty(upstream.Calls);
        Assert.Empty(worker.Orchestrator.Reports);
    }

    [Fact]
    public async Task A_slice_that_nobody_answers_for_is_handed_back_untouched()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        worker.Orchestrator.OnHeartbeat = _ => throw new InvalidOperationException("the database is away");

        await worker.RunAsync(Given.Slice(jobs: 3) with { MustAsk = true });

        Assert.Empty(upstream.Calls);
        Assert.Empty(worker.Orchestrator.Outcomes);
    }

    [Fact]
    public async Task A_copy_of_a_slice_that_is_at_work_is_dropped()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        var slice = Given.Slice();
        await worker.SendAsync(slice);
        await Eventually.Equal(1, () => upstream.InFlight);

        await worker.SendAsync(slice with { MustAsk = true });
        await Eventually.Equal(1, () => worker.Acknowledged);
        _gate.Open();
        await Eventually.Equal(2, () => worker.Acknowledged);

        await Eventually.True(() => worker.Orchestrator.Outcomes.Any());
        Assert.Single(worker.Orchestrator.Outcomes);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_slice_that_was_handed_back_and_comes_again_waits_until_what_was_begun_has_ended()
    {
        await using var worker = await WorkerHost.StartAsync();
        var slices = worker.Services.GetRequiredService<HeldSlices>();
        var grant = Given.Slice();
        var first = await slices.TakeAsync(grant);
        first!.Halt();

        var again = slices.TakeAsync(grant);
        Assert.False(again.IsCompleted);
        slices.Release(first);

        var second = await again;
        Assert.True(second!.MayBegin);
        slices.Release(second);
    }

    // How many calls the upstream had when a heartbeat came.
    private static List<int> CountCallsAtHeartbeat(WorkerHost worker, TestUpstream upstream)
    {
        var counts = new List<int>();
        worker.Orchestrator.OnHeartbeat = heartbeat =>
        {
            counts.Add(upstream.Calls.Count);
            return Task.FromResult<HeartbeatAnswer?>(new HeartbeatAnswer(heartbeat.Slices));
        };
        return counts;
    }
}
