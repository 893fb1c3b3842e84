using System.IO.Compression;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Http;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

public sealed class HttpExecutorTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task An_answer_within_the_success_rule_completes_the_job_with_its_JSON_as_it_came()
    {
        await using var upstream = await TestUpstream.StartAsync(context => AnswerAsync(context, 201, """{ "id" : 1.50 }"""));

        var end = await ExecuteAsync(upstream.Definition());

        Assert.Equal((CallFate.Completed, 201, """{ "id" : 1.50 }"""), (end.Fate, end.StatusCode, Text(end)));
    }

    [Fact]
    public async Task Every_call_of_a_job_carries_the_same_idempotency_key()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var executor = new HttpExecutor(upstream.Definition(), credential: null, _clock);

        await executor.CallAsync(Given.Job(index: 7));
        await executor.CallAsync(Given.Job(index: 7, attempt: 2));

        Assert.Equal(["42-1-7", "42-1-7"], upstream.Calls.Select(call => call.Headers["Idempotency-Key"]));
    }

    [Fact]
    public async Task A_status_outside_the_success_rule_fails_the_job_and_keeps_the_answer()
    {
        await using var upstream = await TestUpstream.StartAsync(context => AnswerAsync(context, 404, """{"why":"gone"}"""));

        var end = await ExecuteAsync(upstream.Definition());

        Assert.Equal((CallFate.Failed, ErrorCodes.UpstreamStatus, 404, """{"why":"gone"}""", false), (end.Fate, end.ErrorCode, end.StatusCode, Text(end), end.Repeatable));
    }

    [Fact]
    public async Task The_success_rule_is_the_actions_own()
    {
        await using var upstream = await TestUpstream.StartAsync(context => AnswerAsync(context, 404, "{}"));

        var end = await ExecuteAsync(upstream.Definition(new UpstreamAction { Success = new SuccessRule { Statuses = ["200-299", "404"] } }));

        Assert.Equal(CallFate.Completed, end.Fate);
    }

    [Theory]
    [InlineData(502, true)]
    [InlineData(409, false)]
    public async Task Only_statuses_of_the_retry_policy_are_worth_another_attempt(int status, bool repeatable)
    {
        await using var upstream = await TestUpstream.StartAsync(context => AnswerAsync(context, status, ""));

        Assert.Equal(repeatable, (await ExecuteAsync(upstream.Definition())).Repeatable);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        var end = await ExecuteAsync(upstream.Definition());

        Assert.Equal((ErrorCodes.UpstreamRedirect, 302, false), (end.ErrorCode, end.StatusCode, end.Repeatable));
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.Cookies.Append("who", "job-1");
            return Task.CompletedTask;
        });
        var executor = new HttpExecutor(upstream.Definition(), credential: null, _clock);

        await executor.CallAsync(Given.Job());
        await executor.CallAsync(Given.Job());

        Assert.All(upstream.Calls, call => Assert.DoesNotContain("Cookie", call.Headers.Keys));
    }

    [Fact]
    public async Task A_call_without_an_answer_in_time_times_out()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);

        var end = await new HttpExecutor(upstream.Definition(), credential: null, _clock).CallUntilTimeoutAsync(upstream, _clock);

        Assert.Equal((ErrorCodes.UpstreamTimeout, true), (end.ErrorCode, end.Repeatable));
    }

    [Fact]
    public async Task An_upstream_that_nobody_listens_for_is_unreachable()
    {
        var end = await ExecuteAsync(Given.Upstream($"http://127.0.0.1:{LoopbackPort.Next()}"));

        Assert.Equal((ErrorCodes.UpstreamUnreachable, true, 0), (end.ErrorCode, end.Repeatable, end.StatusCode));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_is_lost()
    {
        await using var upstream = await TestUpstream.StartAsync(TestUpstream.BreakOffAsync);

        var end = await ExecuteAsync(upstream.Definition());

        Assert.Equal((ErrorCodes.UpstreamConnectionLost, true), (end.ErrorCode, end.Repeatable));
    }

    [Fact]
    public async Task A_connection_that_breaks_within_the_answer_is_lost()
    {
        await using var upstream = await TestUpstream.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        var end = await ExecuteAsync(upstream.Definition());

        Assert.Equal((ErrorCodes.UpstreamConnectionLost, true), (end.ErrorCode, end.Repeatable));
    }

    [Fact]
    public async Task A_call_that_we_abort_leaves_the_job_as_it_was()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);

        var end = await new HttpExecutor(upstream.Definition(), credential: null, _clock).CallUntilAbortedAsync(upstream);

        Assert.Equal(CallFate.Aborted, end.Fate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_that_is_too_long_fails_the_job(bool announced)
    {
        await using var upstream = await TestUpstream.StartAsync(async context =>
        {
            context.Response.ContentLength = announced ? 1025 : null;
            await context.Response.WriteAsync(new string('x', 1025));
        });

        var end = await ExecuteAsync(upstream.Definition() with { MaxResponseBytes = 1024 });

        Assert.Equal((ErrorCodes.ResponseTooLarge, 200, false), (end.ErrorCode, end.StatusCode, end.Repeatable));
    }

    [Fact]
    public async Task A_response_of_just_the_greatest_length_is_kept()
    {
        await using var upstream = await TestUpstream.StartAsync(context => context.Response.WriteAsync(new string('x', 1024)));

        var end = await ExecuteAsync(upstream.Definition() with { MaxResponseBytes = 1024 });

        Assert.Equal((CallFate.Completed, 1026), (end.Fate, end.Response.Length));
    }

    [Fact]
    public async Task A_compressed_response_counts_by_what_it_unpacks_to()
    {
        await using var upstream = await TestUpstream.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(new byte[10 * 1024 * 1024]);
        });

        var end = await ExecuteAsync(upstream.Definition() with { MaxResponseBytes = 1024 * 1024 });

        Assert.Equal(ErrorCodes.ResponseTooLarge, end.ErrorCode);
    }

    [Fact]
    public async Task A_compressed_response_is_kept_unpacked()
    {
        await using var upstream = await TestUpstream.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "br";
            await using var brotli = new BrotliStream(context.Response.Body, CompressionLevel.Fastest);
            await brotli.WriteAsync("[1,2]"u8.ToArray());
        });

        Assert.Equal("[1,2]", Text(await ExecuteAsync(upstream.Definition())));
    }

    [Fact]
    public async Task An_action_that_the_upstream_does_not_offer_fails_without_a_call()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var end = await ExecuteAsync(upstream.Definition(), Given.Job(action: "other"));

        Assert.Equal((ErrorCodes.UnknownAction, false), (end.ErrorCode, end.WasMade));
        Assert.Empty(upstream.Calls);
    }

    [Fact]
    public async Task Params_that_do_not_fit_fail_without_a_call()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var end = await ExecuteAsync(upstream.Definition(new UpstreamAction { Path = "/items/{id}" }), Given.Job("""{"id":".."}"""));

        Assert.Equal((ErrorCodes.ParamsDoNotFit, false, false), (end.ErrorCode, end.WasMade, end.Repeatable));
        Assert.Empty(upstream.Calls);
    }

    private static async Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }

    private static string Text(CallEnd end) => Encoding.UTF8.GetString(end.Response.Span);

    private Task<CallEnd> ExecuteAsync(Upstream definition, PackedJob? job = null) =>
        new HttpExecutor(definition, credential: null, _clock).CallAsync(job ?? Given.Job());
}
