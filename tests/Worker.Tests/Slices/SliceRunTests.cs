using System.Collections.Concurrent;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class SliceRunTests
{
    [Fact]
    public async Task A_slice_of_built_in_jobs_ends_in_one_report()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);
        var slice = Given.Slice(jobs: 500, ns: "bench", action: "noop") with { Concurrency = 8 };

        await worker.RunAsync(slice);

        var report = Assert.Single(worker.Orchestrator.Reports);
        Assert.Equal((slice.SliceId, 42L, 1, true, null), (report.SliceId, report.Number, report.Run, report.Last, report.Closing));
        Assert.Empty(report.Retries);
        var outcomes = worker.Orchestrator.Outcomes;
        Assert.Equal(Enumerable.Range(0, 500), outcomes.Select(outcome => outcome.Index));
        Assert.All(outcomes, outcome => Assert.Equal((true, 200, 1, Given.Start), (outcome.Completed, outcome.StatusCode, outcome.Attempts, outcome.CompletedAt)));
        Assert.InRange(outcomes[0].Response.Length, 190, 210);
    }

    [Fact]
    public async Task An_unknown_built_in_action_fails_without_a_call()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);

        await worker.RunAsync(Given.Slice(ns: "bench", action: "sleep"));

        var outcome = Assert.Single(worker.Orchestrator.Outcomes);
        Assert.Equal((false, ErrorCodes.HandlerMissing, 0), (outcome.Completed, outcome.ErrorCode, outcome.Attempts));
    }

    [Fact]
    public async Task A_slice_makes_as_many_calls_at_once_as_it_was_granted()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());

        await worker.SendAsync(Given.Slice(jobs: 10) with { Concurrency = 3 });
        await Eventually.Equal(3, () => upstream.InFlight);
        gate.Open();
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Equal(10, worker.Orchestrator.Outcomes.Count);
        Assert.Equal(3, upstream.MostInFlight);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Calls_begin_no_earlier_than_the_granted_rate_and_burst_allow(int burst)
    {
        var begun = new ConcurrentQueue<DateTime>();
        WorkerHost? worker = null;
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            begun.Enqueue(worker!.Clock.GetUtcNow().UtcDateTime);
            return TestUpstream.AnswerOkAsync(context);
        });
        await using var started = worker = await WorkerHost.StartAsync(upstream.Definition());

        await worker.SendAsync(Given.Slice(jobs: 5) with { Concurrency = 5, CallsPerSecond = 2, Burst = burst });
        await Eventually.Equal(burst, () => begun.Count);
        await Eventually.True(() =>
        {
            worker.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return worker.Orchestrator.GotLast;
        });

        Assert.All(begun.Order().Select((at, k) => (at, k)), call => Assert.True(call.at >= Given.Start.AddSeconds(Math.Max(0, call.k + 1 - burst) / 2.0)));
        Assert.Equal(5, begun.Count);
    }

    [Fact]
    public async Task A_job_that_did_not_begin_by_the_deadline_fails()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());

        await worker.SendAsync(Given.Slice(jobs: 3) with { Deadline = Given.Start.AddSeconds(5) });
        await Eventually.Equal(1, () => upstream.InFlight);
        worker.Clock.Advance(TimeSpan.FromSeconds(5));
        gate.Open();
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Equal([null, ErrorCodes.DeadlineExceeded, ErrorCodes.DeadlineExceeded], worker.Orchestrator.Outcomes.Select(outcome => outcome.ErrorCode));
        Assert.Equal([1, 0, 0], worker.Orchestrator.Outcomes.Select(outcome => outcome.Attempts));
    }

    [Fact]
    public async Task A_job_may_have_a_shorter_deadline_of_its_own()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());
        PackedJob[] jobs = [Given.Job(index: 0), Given.Job(index: 1) with { DeadlineSeconds = 5 }, Given.Job(index: 2) with { DeadlineSeconds = 6 }];

        await worker.SendAsync(Given.Slice() with { Jobs = JobBlock.Pack(jobs) });
        await Eventually.Equal(1, () => upstream.InFlight);
        worker.Clock.Advance(TimeSpan.FromSeconds(5));
        gate.Open();
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Equal([null, ErrorCodes.DeadlineExceeded, null], worker.Orchestrator.Outcomes.Select(outcome => outcome.ErrorCode));
    }

    [Fact]
    public async Task A_job_that_waits_for_its_turn_need_not_wait_beyond_the_deadline()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);

        await worker.SendAsync(Given.Slice(jobs: 3, ns: "bench", action: "noop") with { CallsPerSecond = 0.01, Deadline = Given.Start.AddSeconds(1) });
        await Eventually.True(() => worker.Held.Count == 1 && worker.Orchestrator.Questions.Count == 1);
        await Eventually.True(() =>
        {
            worker.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return worker.Orchestrator.GotLast;
        });

        Assert.All(worker.Orchestrator.Outcomes, outcome => Assert.Equal(ErrorCodes.DeadlineExceeded, outcome.ErrorCode));
        Assert.Equal(3, worker.Orchestrator.Outcomes.Count);
    }

    [Fact]
    public async Task An_upstream_that_is_to_be_left_alone_is_called_no_more_and_its_jobs_go_back()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());

        await worker.SendAsync(Given.Slice(jobs: 10) with { Concurrency = 2 });
        await Eventually.Equal(2, () => upstream.InFlight);
        await worker.PublishAsync(new LeaveUpstream("test", Seconds: 30));
        await Eventually.True(() => !worker.Held[0].MayBegin);
        gate.Open();
        await Eventually.True(() => worker.Orchestrator.GotLast);
        Assert.Equal(2, worker.Orchestrator.Outcomes.Count);

        await worker.RunAsync(Given.Slice(jobs: 1));
        Assert.Equal(2, worker.Orchestrator.Outcomes.Count);
        worker.Clock.Advance(TimeSpan.FromSeconds(30));
        await worker.RunAsync(Given.Slice(jobs: 1));
        Assert.Equal(3, worker.Orchestrator.Outcomes.Count);
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_retried_until_attempts_run_out()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var worker = await WorkerHost.StartAsync(upstream.Definition() with { Retry = new RetryPolicy { Attempts = 3, BaseSeconds = 2 } });

        await worker.RunAsync(Given.Slice(attempt: 2));
        var report = worker.Orchestrator.Reports.Single();
        var retry = Assert.Single(report.Retries);
        Assert.Equal((0, 3), (retry.Index, retry.Attempt));
        Assert.InRange(retry.DueAt, Given.Start, Given.Start.AddSeconds(4));
        Assert.Empty(worker.Orchestrator.Outcomes);

        await worker.RunAsync(Given.Slice(attempt: 3));
        var outcome = Assert.Single(worker.Orchestrator.Outcomes);
        Assert.Equal((ErrorCodes.UpstreamStatus, 503, 3), (outcome.ErrorCode, outcome.StatusCode, outcome.Attempts));
    }

    [Fact]
    public async Task An_actions_own_retry_policy_counts_before_the_upstreams()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 418;
            return Task.CompletedTask;
        });
        var action = new UpstreamAction { Path = "/call", Retry = new RetryPolicy { Attempts = 5, BaseSeconds = 0, Statuses = [418] } };
        await using var worker = await WorkerHost.StartAsync(upstream.Definition(action) with { Retry = new RetryPolicy { Attempts = 1 } });

        await worker.RunAsync(Given.Slice(attempt: 4));
        await worker.RunAsync(Given.Slice(attempt: 5));

        var retry = Assert.Single(worker.Orchestrator.Reports.SelectMany(report => report.Retries));
        Assert.Equal((5, Given.Start), (retry.Attempt, retry.DueAt));
        Assert.Equal(418, Assert.Single(worker.Orchestrator.Outcomes).StatusCode);
    }

    [Theory]
    [InlineData("saved", null)]
    [InlineData("lost", ErrorCodes.SuccessRuleUnmet)]
    public async Task A_success_rule_reaches_the_worker_as_it_was_defined(string state, string? code)
    {
        await using var upstream = await TestUpstream.StartAsync(context => context.Response.WriteAsJsonAsync(new { state }));
        var rule = new SuccessRule { Member = "/state", Value = JsonSerializer.SerializeToElement("saved") };
        await using var worker = await WorkerHost.StartAsync(upstream.Definition(new UpstreamAction { Path = "/call", Success = rule }));

        await worker.RunAsync(Given.Slice());

        Assert.Equal(code, Assert.Single(worker.Orchestrator.Outcomes).ErrorCode);
    }

    [Fact]
    public async Task A_closed_upstream_ends_the_slice_and_spends_no_attempt()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "30";
            return Task.CompletedTask;
        });
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());

        await worker.RunAsync(Given.Slice(jobs: 5));

        var report = Assert.Single(worker.Orchestrator.Reports);
        Assert.Equal(new UpstreamClosing(Given.Start.AddSeconds(30)), report.Closing);
        Assert.Empty(worker.Orchestrator.Outcomes);
        Assert.Empty(report.Retries);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_failure_that_stops_the_batch_is_reported_at_once_and_nothing_begins_after_it()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        });
        await using var worker = await WorkerHost.StartAsync(upstream.Definition());

        await worker.RunAsync(Given.Slice(jobs: 5) with { StopOnJobError = true });

        Assert.Equal([false, true], worker.Orchestrator.Reports.Select(report => report.Last));
        Assert.Equal(0, Assert.Single(worker.Orchestrator.Outcomes).Index);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_block_that_cannot_be_read_is_left_to_the_error_queue()
    {
        await using var worker = await WorkerHost.StartAsync(Given.Bench);

        await worker.SendAsync(Given.Slice() with { Jobs = [1, 2, 3] });
        await worker.RunAsync(Given.Slice(ns: "bench", action: "noop"));

        await Eventually.Equal(1, () => worker.Acknowledged);
        Assert.Single(worker.Orchestrator.Reports);
    }
}
