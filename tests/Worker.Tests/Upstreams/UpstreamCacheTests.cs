using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Worker.Tests.Upstreams;

public sealed class UpstreamCacheTests
{
    [Fact]
    public async Task A_version_is_asked_for_once()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench, Given.Bench with { Version = 2 });
        var slice = Given.Slice(ns: "bench", action: "noop");

        await worker.RunAsync(slice);
        await worker.RunAsync(slice with { SliceId = Guid.NewGuid() });
        await worker.RunAsync(slice with { SliceId = Guid.NewGuid(), UpstreamVersion = 2 });

        Assert.Equal([new GetUpstream("bench", 1), new GetUpstream("bench", 2)], worker.Orchestrator.Questions);
    }

    [Fact]
    public async Task Those_who_ask_at_the_same_time_share_one_question()
    {
        var answer = new TaskCompletionSource();
        await using var worker = await WorkerHost.StartAsync(Given.Bench);
        worker.Orchestrator.OnQuestion = () => answer.Task;
        var cache = worker.Services.GetRequiredService<UpstreamCache>();

        var asked = Enumerable.Range(0, 10).Select(_ => cache.GetAsync("bench", 1)).ToList();
        await Eventually.Equal(1, () => worker.Orchestrator.Questions.Count);
        answer.SetResult();
        await Task.WhenAll(asked);

        Assert.Single(worker.Orchestrator.Questions);
    }

    [Fact]
    public async Task Jobs_of_an_unknown_upstream_fail_and_it_is_asked_for_again()
    {
        await using var worker = await WorkerHost.StartAsync();
        var slice = Given.Slice(jobs: 3, ns: "bench", action: "noop");

        await worker.RunAsync(slice);
        Assert.Equal(3, worker.Orchestrator.Outcomes.Count);
        Assert.All(worker.Orchestrator.Outcomes, outcome => Assert.Equal((ErrorCodes.UpstreamUndefined, 0), (outcome.ErrorCode, outcome.Attempts)));

        worker.Orchestrator.Upstreams[("bench", 1)] = Given.Bench;
        await worker.RunAsync(slice with { SliceId = Guid.NewGuid() });
        Assert.True(worker.Orchestrator.Outcomes[^1].Completed);
    }

    [Fact]
    public async Task Jobs_of_an_unusable_definition_fail_with_what_is_wrong_with_it()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Upstream("ftp://example.com"));

        await worker.RunAsync(Given.Slice());

        var outcome = Assert.Single(worker.Orchestrator.Outcomes);
        Assert.Equal(ErrorCodes.UpstreamUndefined, outcome.ErrorCode);
        Assert.Contains("http or https", outcome.ErrorMessage);
    }

    [Fact]
    public async Task A_slice_whose_upstream_nobody_answers_for_is_handed_back_and_the_next_asks_again()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);
        worker.Orchestrator.OnQuestion = () => throw new InvalidOperationException("the database is away");
        var slice = Given.Slice(ns: "bench", action: "noop");
        await worker.RunAsync(slice);
        Assert.Empty(worker.Orchestrator.Outcomes);

        worker.Orchestrator.OnQuestion = () => Task.CompletedTask;
        await worker.RunAsync(slice with { MustAsk = true });

        Assert.Single(worker.Orchestrator.Outcomes);
    }
}
