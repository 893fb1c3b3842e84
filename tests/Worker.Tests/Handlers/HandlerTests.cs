using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Handlers;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Worker.Tests.Handlers;

public sealed class HandlerTests
{
    private static readonly Upstream Definition = new()
    {
        Namespace = "mine",
        Version = 1,
        BaseUrl = Upstream.InProcess,
        TimeoutSeconds = 5,
        MaxResponseBytes = 1024,
        Actions = new Dictionary<string, UpstreamAction> { ["do"] = new(), ["once"] = new() { Delivery = "at_most_once" } },
    };

    private int _waiting;

    [Fact]
    public async Task A_handler_gets_the_job_and_its_answer_is_the_response()
    {
        JobCall? got = null;

        var outcome = await RunAsync(
            (call, _) =>
            {
                got = call;
                return Task.FromResult<object?>(new { Sum = call.ReadParams<Numbers>().Values.Sum() });
            },
            Slice("""{"values":[1,2,3]}""", attempt: 2));

        Assert.Equal("""{"sum":6}""", Encoding.UTF8.GetString(outcome.Response.Span));
        Assert.Equal(("mine", "do", "42-1-0", 2), (got!.Namespace, got.Action, got.IdempotencyKey, got.Attempt));
        Assert.Equal((true, 200, 2), (outcome.Completed, outcome.StatusCode, outcome.Attempts));
    }

    [Fact]
    public async Task No_answer_is_no_response()
    {
        var outcome = await RunAsync((_, _) => Task.FromResult<object?>(null));

        Assert.Equal((true, 0), (outcome.Completed, outcome.Response.Length));
    }

    [Fact]
    public async Task What_a_handler_says_of_a_failure_is_the_outcome()
    {
        var outcome = await RunAsync((_, _) => throw new JobFailedException("Account 7 is closed.", "ACCOUNT_CLOSED"));

        Assert.Equal((false, "ACCOUNT_CLOSED", "Account 7 is closed."), (outcome.Completed, outcome.ErrorCode, outcome.ErrorMessage));
    }

    [Fact]
    public async Task What_a_handler_did_not_mean_to_throw_is_named_and_not_quoted()
    {
        var outcome = await RunAsync((_, _) => throw new InvalidOperationException("password=wombat"));

        Assert.Equal((false, ErrorCodes.HandlerFailed), (outcome.Completed, outcome.ErrorCode));
        Assert.Contains("InvalidOperationException", outcome.ErrorMessage);
        Assert.DoesNotContain("wombat", outcome.ErrorMessage);
    }

    [Fact]
    public async Task A_handler_that_asks_for_it_gets_another_attempt_until_they_run_out()
    {
        await using var worker = await StartAsync((_, _) => throw new RetryJobException("Not there yet."));

        await worker.RunAsync(Slice(attempt: 2));
        await worker.RunAsync(Slice(attempt: 3));

        Assert.Equal(3, Assert.Single(worker.Orchestrator.Reports.SelectMany(report => report.Retries)).Attempt);
        var outcome = Assert.Single(worker.Orchestrator.Outcomes);
        Assert.Equal((ErrorCodes.HandlerFailed, "Not there yet.", 3), (outcome.ErrorCode, outcome.ErrorMessage, outcome.Attempts));
    }

    [Theory]
    [InlineData("do", ErrorCodes.UpstreamTimeout)]
    [InlineData("once", ErrorCodes.ExecutionUnknown)]
    public async Task A_handler_that_does_not_end_is_cut_off(string action, string code)
    {
        await using var worker = await StartAsync(WaitAsync);
        await worker.SendAsync(Slice(action: action, attempt: 3));
        await Eventually.Equal(1, () => Volatile.Read(ref _waiting));

        worker.Clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Equal(code, Assert.Single(worker.Orchestrator.Outcomes).ErrorCode);
    }

    [Fact]
    public async Task A_stop_that_aborts_cuts_a_handler_off_without_an_outcome()
    {
        await using var worker = await StartAsync(WaitAsync);
        var slice = Slice();
        await worker.SendAsync(slice);
        await Eventually.Equal(1, () => Volatile.Read(ref _waiting));

        await worker.PublishAsync(new StopRun(slice.BatchId, slice.Run, slice.Epoch, Abort: true));
        await Eventually.True(() => worker.Orchestrator.GotLast);

        Assert.Empty(worker.Orchestrator.Outcomes);
    }

    [Fact]
    public async Task A_response_that_is_too_long_fails_the_job() =>
        Assert.Equal(ErrorCodes.ResponseTooLarge, (await RunAsync((_, _) => Task.FromResult<object?>(new string('x', 1023)))).ErrorCode);

    [Fact]
    public async Task A_response_that_cannot_be_written_fails_the_job() =>
        Assert.Equal(ErrorCodes.HandlerFailed, (await RunAsync((_, _) => Task.FromResult<object?>(typeof(string)))).ErrorCode);

    [Fact]
    public void An_action_has_one_handler()
    {
        var services = new ServiceCollection().AddJobHandler<Handler>("mine", "do").AddJobHandler<Handler>("mine", "once");

        Assert.Throws<ArgumentException>(() => services.AddJobHandler<Handler>("mine", "do"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not found")]
    [InlineData("NOT-FOUND")]
    public void A_code_is_a_word_for_programs(string code) => Assert.Throws<ArgumentException>(() => new JobFailedException("No.", code));

    private async Task<object?> WaitAsync(JobCall call, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return null;
    }

    private static RunSlice Slice(string json = "{}", string action = "do", int attempt = 1) =>
        Given.Slice(ns: "mine", action: action, json: json, attempt: attempt);

    private static async Task<PackedOutcome> RunAsync(Func<JobCall, CancellationToken, Task<object?>> handle, RunSlice? slice = null)
    {
        await using var worker = await StartAsync(handle);
        await worker.RunAsync(slice ?? Slice());
        return Assert.Single(worker.Orchestrator.Outcomes);
    }

    private static Task<WorkerHost> StartAsync(Func<JobCall, CancellationToken, Task<object?>> handle) => WorkerHost.StartAsync(
        builder => builder.Services
            .AddSingleton(handle)
            .AddJobHandler<Handler>("mine", "do")
            .AddJobHandler<Handler>("mine", "once"),
        Definition);

    private sealed record Numbers(int[] Values);

    private sealed class Handler(Func<JobCall, CancellationToken, Task<object?>> handle) : IJobHandler
    {
        public Task<object?> HandleAsync(JobCall call, CancellationToken cancellationToken) => handle(call, cancellationToken);
    }
}
