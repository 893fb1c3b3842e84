using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Tests.Upstreams.Http;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Auth;
using BatchPlatform.Worker.Upstreams.Http;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Auth;

/// <summary>Access tokens, from a server that counts them: token-1, token-2, …</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private TestUpstream _tokens = null!;
    private TestUpstream _api = null!;
    private Credentials _credentials = null!;
    private Func<HttpContext, Task> _onToken;
    private Func<string, int> _statusFor = _ => 200;
    private int _given;

    public TokenTests() => _onToken = GiveTokenAsync;

    public async Task InitializeAsync()
    {
        _tokens = await TestUpstream.StartAsync(context => _onToken(context));
        _api = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = _statusFor(context.Request.Headers.Authorization.ToString());
            return Task.CompletedTask;
        });
        _credentials = GivenSecret.Of("client 1:se/cret+word", _clock, "127.0.0.1");
    }

    public async Task DisposeAsync()
    {
        await _tokens.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_asked_for_as_the_standard_says_and_goes_with_every_call()
    {
        var executor = Executor(scope: "read write");

        await executor.CallAsync(Given.Job());
        await executor.CallAsync(Given.Job());

        var asked = Assert.Single(_tokens.Calls);
        Assert.Equal(("POST", "/token", "grant_type=client_credentials&scope=read+write"), (asked.Method, asked.Target, asked.Body));
        Assert.Equal($"Basic {Convert.ToBase64String("client+1:se%2Fcret%2Bword"u8)}", asked.Headers["Authorization"]);
        Assert.Equal(["Bearer token-1", "Bearer token-1"], Presented());
    }

    [Fact]
    public async Task A_token_is_shared_by_upstreams_and_versions_but_not_by_scopes()
    {
        await Executor("a").CallAsync(Given.Job());
        await Executor("a").CallAsync(Given.Job());
        await Executor("b").CallAsync(Given.Job());

        Assert.Equal(["Bearer token-1", "Bearer token-1", "Bearer token-2"], Presented());
    }

    [Theory]
    [InlineData("3600", 3539, 3540)]
    [InlineData("60", 29, 30)]
    [InlineData("\"600\"", 539, 540)]
    [InlineData("null", 239, 240)]
    [InlineData("0", 239, 240)]
    [InlineData("1e300", 86_339, 86_340)]
    public async Task A_token_is_renewed_before_it_runs_out(string expiresIn, int good, int renewed)
    {
        _onToken = context => GiveTokenAsync(context, expiresIn);
        var executor = Executor();
        await executor.CallAsync(Given.Job());

        _clock.Advance(TimeSpan.FromSeconds(good));
        await executor.CallAsync(Given.Job());
        _clock.Advance(TimeSpan.FromSeconds(renewed - good));
        await executor.CallAsync(Given.Job());

        Assert.Equal(["Bearer token-1", "Bearer token-1", "Bearer token-2"], Presented());
    }

    [Fact]
    public async Task Calls_that_need_a_token_at_the_same_time_wait_for_the_same_one()
    {
        using var gate = new SemaphoreSlim(0);
        _onToken = async context =>
        {
            await gate.WaitAsync();
            await GiveTokenAsync(context);
        };
        var executor = Executor();

        var calls = Enumerable.Range(0, 20).Select(_ => executor.CallAsync(Given.Job())).ToList();
        await Eventually.Equal(1, () => _tokens.InFlight);
        gate.Release(20);
        await Task.WhenAll(calls);

        Assert.Single(_tokens.Calls);
        Assert.Equal(20, _api.Calls.Count);
    }

    [Fact]
    public async Task A_call_that_is_aborted_while_it_waits_for_a_token_was_not_made()
    {
        using var gate = new SemaphoreSlim(0);
        _onToken = context => gate.WaitAsync(context.RequestAborted);
        using var abort = new CancellationTokenSource();

        var call = Executor().CallAsync(Given.Job(), abort.Token);
        await Eventually.Equal(1, () => _tokens.InFlight);
        await abort.CancelAsync();

        Assert.Equal(CallFate.Aborted, (await call).Fate);
        Assert.Empty(_api.Calls);
        gate.Release();
    }

    [Fact]
    public async Task A_token_that_lost_its_worth_is_renewed_and_the_call_made_once_more()
    {
        _statusFor = header => header == "Bearer token-1" ? 401 : 200;

        var end = await Executor().CallAsync(Given.Job());

        Assert.Equal((CallFate.Completed, 200), (end.Fate, end.StatusCode));
        Assert.Equal(["Bearer token-1", "Bearer token-2"], Presented());
        Assert.Single(_api.Calls.Select(call => call.Headers["Idempotency-Key"]).Distinct());
    }

    [Fact]
    public async Task An_upstream_that_refuses_every_token_does_not_make_us_ask_for_one_with_every_call()
    {
        _statusFor = _ => 401;
        var executor = Executor();

        for (var i = 0; i < 5; i++)
        {
            var end = await executor.CallAsync(Given.Job());
            Assert.Equal((ErrorCodes.UpstreamStatus, 401, false), (end.ErrorCode, end.StatusCode, end.Repeatable));
        }

        Assert.Equal(2, _tokens.Calls.Count);
        Assert.Equal(6, _api.Calls.Count);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await executor.CallAsync(Given.Job());
        Assert.Equal(3, _tokens.Calls.Count);
    }

    [Fact]
    public async Task A_call_refused_for_a_token_that_was_replaced_meanwhile_takes_the_new_one()
    {
        _statusFor = header => header == "Bearer token-1" ? 401 : 200;
        var executor = Executor();

        var ends = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => executor.CallAsync(Given.Job())));

        Assert.All(ends, end => Assert.Equal(CallFate.Completed, end.Fate));
        Assert.Equal(2, _tokens.Calls.Count);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client"}""", ErrorCodes.UpstreamAuthRefused, false, "(invalid_client)")]
    [InlineData(401, """{"error":"se/cret+word"}""", ErrorCodes.UpstreamAuthRefused, false, "401")]
    [InlineData(403, "no", ErrorCodes.UpstreamAuthRefused, false, "403")]
    [InlineData(429, "", ErrorCodes.UpstreamAuthUnavailable, true, "429")]
    [InlineData(503, "", ErrorCodes.UpstreamAuthUnavailable, true, "503")]
    [InlineData(302, "", ErrorCodes.UpstreamAuthUnavailable, true, "302")]
    [InlineData(200, "[]", ErrorCodes.UpstreamAuthUnavailable, true, "no access token")]
    [InlineData(200, "{}", ErrorCodes.UpstreamAuthUnavailable, true, "no access token")]
    [InlineData(200, """{"access_token":"a\r\nX-Admin: 1"}""", ErrorCodes.UpstreamAuthUnavailable, true, "no access token")]
    [InlineData(200, """{"access_token":"\ud800"}""", ErrorCodes.UpstreamAuthUnavailable, true, "no access token")]
    public async Task Without_a_token_no_call_is_made_and_the_job_says_why(int status, string body, string code, bool repeatable, string said)
    {
        _onToken = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
            await context.Response.WriteAsync(body);
        };

        var end = await Executor().CallAsync(Given.Job());

        Assert.Equal((code, repeatable, false), (end.ErrorCode, end.Repeatable, end.WasMade));
        Assert.Contains("'crm'", end.ErrorMessage);
        Assert.Contains(said, end.ErrorMessage);
        Assert.DoesNotContain("se/cret", end.ErrorMessage);
        Assert.Empty(_api.Calls);
    }

    [Fact]
    public async Task An_endpoint_that_nobody_listens_for_is_asked_again_a_second_later()
    {
        _onToken = TestUpstream.BreakOffAsync;
        var executor = Executor();

        Assert.Equal(ErrorCodes.UpstreamAuthUnavailable, (await executor.CallAsync(Given.Job())).ErrorCode);
        Assert.Equal(ErrorCodes.UpstreamAuthUnavailable, (await executor.CallAsync(Given.Job())).ErrorCode);
        Assert.Single(_tokens.Calls);

        _onToken = GiveTokenAsync;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CallFate.Completed, (await executor.CallAsync(Given.Job())).Fate);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_given_ten_seconds()
    {
        using var gate = new SemaphoreSlim(0);
        _onToken = context => gate.WaitAsync(context.RequestAborted);
        var call = Executor().CallAsync(Given.Job());
        await Eventually.Equal(1, () => _tokens.InFlight);

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("10 s", (await call).ErrorMessage);
    }

    private Task GiveTokenAsync(HttpContext context) => GiveTokenAsync(context, "3600");

    private Task GiveTokenAsync(HttpContext context, string expiresIn) => context.Response.WriteAsync(
        $$"""{"access_token":"token-{{Interlocked.Increment(ref _given)}}","token_type":"Bearer","expires_in":{{expiresIn}}}""");

    private IEnumerable<string> Presented() => _api.Calls.Select(call => call.Headers["Authorization"]);

    private HttpExecutor Executor(string? scope = null) => _credentials.Executor(
        _api.Definition() with { Auth = GivenSecret.Auth("oauth2") with { TokenUrl = $"{_tokens.BaseUrl}/token", Scope = scope } }, _clock);
}
