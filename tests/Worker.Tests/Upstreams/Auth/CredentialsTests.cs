using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Secrets;
using BatchPlatform.Worker.Tests.Upstreams.Http;
using BatchPlatform.Worker.Upstreams;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Auth;

public sealed class CredentialsTests
{
    private const string Base = "https://api.example.com/v2";
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_header_carries_the_secret_as_it_is()
    {
        await using var upstream = await TestUpstream.StartAsync();

        await CallAsync(upstream, "key-of-the-crm", GivenSecret.Auth("header") with { Header = "X-Api-Key" });

        Assert.Equal("key-of-the-crm", upstream.Calls.Single().Headers["X-Api-Key"]);
        Assert.DoesNotContain("Authorization", upstream.Calls.Single().Headers.Keys);
    }

    [Theory]
    [InlineData("me:päss:word", "me:päss:word")]
    [InlineData("sk_live_0123456789:", "sk_live_0123456789:")]
    public async Task Basic_carries_user_and_password(string secret, string pair)
    {
        await using var upstream = await TestUpstream.StartAsync();

        await CallAsync(upstream, secret, GivenSecret.Auth("basic"));

        Assert.Equal($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}", upstream.Calls.Single().Headers["Authorization"]);
    }

    [Fact]
    public async Task A_param_or_a_fixed_header_of_the_same_name_does_not_come_between()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var action = new UpstreamAction { Path = "/call", Params = new Dictionary<string, string> { ["authorization"] = "header" } };
        var definition = upstream.Definition(action) with
        {
            Auth = GivenSecret.Auth("header"),
            Headers = new Dictionary<string, string> { ["AUTHORIZATION"] = "fixed" },
        };

        await GivenSecret.Of("key-of-the-crm", _clock, "127.0.0.1").Executor(definition, _clock).CallAsync(Given.Job("""{"authorization":"mine"}"""));

        Assert.Equal("key-of-the-crm", upstream.Calls.Single().Headers["Authorization"]);
    }

    [Theory]
    [InlineData("header")]
    [InlineData("basic")]
    [InlineData("oauth2")]
    public async Task A_secret_that_is_not_bound_to_the_upstreams_host_is_not_sent_and_no_call_is_made(string type)
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var worker = await WorkerHost.StartAsync(
            builder =>
            {
                builder.Configuration["Secrets:crm:Value"] = "user-name:pass-word";
                builder.Configuration["Secrets:crm:Hosts:0"] = "api.example.com";
                builder.Configuration["Secrets:crm:Hosts:1"] = "127.0.0.1:1";
            },
            upstream.Definition() with { Auth = GivenSecret.Auth(type) with { TokenUrl = upstream.BaseUrl } });

        await worker.RunAsync(Given.Slice(jobs: 2));

        Assert.Empty(upstream.Calls);
        Assert.All(worker.Orchestrator.Outcomes, outcome => Assert.Equal((ErrorCodes.SecretHostRefused, 0), (outcome.ErrorCode, outcome.Attempts)));
        Assert.Contains("'crm'", worker.Orchestrator.Outcomes[0].ErrorMessage);
        Assert.DoesNotContain("pass-word", worker.Orchestrator.Outcomes[0].ErrorMessage);
    }

    [Theory]
    [InlineData("https://auth.example.com/token", Base)]
    [InlineData("https://api.example.com/token", "https://auth.example.com")]
    public void Both_addresses_of_oauth2_must_be_the_secrets(string tokenUrl, string baseUrl)
    {
        var definition = Given.Upstream(baseUrl) with { Auth = GivenSecret.Auth("oauth2") with { TokenUrl = tokenUrl } };

        var error = Assert.Throws<CredentialException>(() => GivenSecret.Of("id:secret-of-it", _clock, "api.example.com").For(definition));

        Assert.Equal((ErrorCodes.SecretHostRefused, false), (error.Code, error.Repeatable));
        Assert.Contains("auth.example.com:443", error.Message);
    }

    [Theory]
    [InlineData("header", "secret é", ErrorCodes.SecretMalformed)]
    [InlineData("basic", "no-colon", ErrorCodes.SecretMalformed)]
    [InlineData("oauth2", ":no-name-here", ErrorCodes.SecretMalformed)]
    public void A_secret_that_does_not_fit_its_use_is_named_and_not_shown(string type, string value, string code)
    {
        var definition = Given.Upstream(Base) with { Auth = GivenSecret.Auth(type) with { TokenUrl = Base } };

        var error = Assert.Throws<CredentialException>(() => GivenSecret.Of(value, _clock, "api.example.com").For(definition));

        Assert.Equal(code, error.Code);
        Assert.Contains("'crm'", error.Message);
        Assert.DoesNotContain(value, error.ToString());
    }

    [Fact]
    public void A_secret_that_this_worker_does_not_have_is_named() => Assert.Equal(
        ErrorCodes.SecretUnknown,
        Assert.Throws<CredentialException>(() => GivenSecret.Of("key-of-the-crm", _clock, "h")
            .For(Given.Upstream(Base) with { Auth = new UpstreamAuth { Type = "header", Secret = "other" } })).Code);

    public static TheoryData<UpstreamAuth> Unusable =>
    [
        GivenSecret.Auth("digest"),
        GivenSecret.Auth("header") with { Header = "Host" },
        GivenSecret.Auth("header") with { Header = "Content-Language" },
        GivenSecret.Auth("header") with { Header = "two words" },
        GivenSecret.Auth("oauth2"),
        GivenSecret.Auth("oauth2") with { TokenUrl = "/token" },
        GivenSecret.Auth("oauth2") with { TokenUrl = "ftp://api.example.com" },
        GivenSecret.Auth("oauth2") with { TokenUrl = "https://user@api.example.com" },
    ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void An_auth_that_makes_no_sense_is_a_fault_of_the_definition(UpstreamAuth auth) =>
        Assert.Throws<FormatException>(() => GivenSecret.Of("id:secret-of-it", _clock, "api.example.com").For(Given.Upstream(Base) with { Auth = auth }));

    [Fact]
    public async Task A_response_that_repeats_the_secret_is_kept_without_it()
    {
        await using var upstream = await TestUpstream.StartAsync(context => context.Response.WriteAsJsonAsync(
            new { header = context.Request.Headers.Authorization.ToString(), pass = "päss:word" }));

        var end = await CallAsync(upstream, "me:päss:word", GivenSecret.Auth("basic"));

        Assert.Equal("""{"header":"Basic ***","pass":"***"}""", Encoding.UTF8.GetString(end.Response.Span));
    }

    [Fact]
    public async Task A_binary_response_that_repeats_the_secret_is_kept_without_it()
    {
        await using var upstream = await TestUpstream.StartAsync(async context =>
        {
            context.Response.ContentType = "application/x-key-of-the-crm";
            await context.Response.Body.WriteAsync(new byte[] { 0xFF });
            await context.Response.WriteAsync("key-of-the-crm");
        });

        var end = await CallAsync(upstream, "key-of-the-crm", GivenSecret.Auth("header"));

        Assert.Equal("""{"content_type":"application/x-***","base64":"/yoqKg=="}""", Encoding.UTF8.GetString(end.Response.Span));
    }

    private Task<CallEnd> CallAsync(TestUpstream upstream, string secret, UpstreamAuth auth) =>
        GivenSecret.Of(secret, _clock, "127.0.0.1").Executor(upstream.Definition() with { Auth = auth }, _clock).CallAsync(Given.Job());
}
