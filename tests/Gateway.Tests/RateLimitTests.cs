using System.Net;
using BatchPlatform.Defaults.Edge;
using BatchPlatform.Testing;

namespace BatchPlatform.Gateway.Tests;

/// <summary>How many requests one credential and one address may make.</summary>
public sealed class RateLimitTests
{
    private static readonly Dictionary<string, string?> TwoPerKey = new()
    {
        ["RateLimits:PerKey:Requests"] = "2",
        ["RateLimits:PerKey:Seconds"] = "3600",
    };

    [Fact]
    public async Task An_answer_tells_what_is_left()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(
            new(TwoPerKey) { ["RateLimits:PerAddress:Requests"] = "50", ["RateLimits:PerAddress:Seconds"] = "3600" }, api.Url);

        using var answer = await SendAsync(gateway, "/v1/batches", "X-Api-Key", "k");

        Assert.Equal("\"key\";q=2;w=3600, \"address\";q=50;w=3600", answer.Header("RateLimit-Policy"));
        Assert.Equal("\"key\";r=1;t=1800, \"address\";r=49;t=72", answer.Header("RateLimit"));
    }

    [Fact]
    public async Task A_key_that_asks_too_often_is_told_when_to_go_on_and_another_is_not_held_up()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(TwoPerKey, api.Url);
        for (var i = 0; i < 2; i++)
        {
            using var within = await SendAsync(gateway, "/v1/batches", "X-Api-Key", "k");
            Assert.Equal(HttpStatusCode.OK, within.StatusCode);
        }

        using var beyond = await SendAsync(gateway, "/v1/batches", "X-Api-Key", "k");
        using var other = await SendAsync(gateway, "/v1/batches", "X-Api-Key", "l");

        await beyond.IsProblemAsync(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.InRange(beyond.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 1800);
        Assert.StartsWith("\"key\";r=0;t=3600", beyond.Header("RateLimit"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(3, api.Requests);
    }

    [Theory]
    [InlineData("/v1/batches", "Authorization", "Bearer k")]
    [InlineData("/v1/batches", "X-Api-Key", "k")]
    [InlineData("/api/v1/data-collection/batches", "Authorization", "Token k")]
    [InlineData("/api/1.0/batch?action=run", "X-Api-Authorization", "IWS k:0123456789abcdef")]
    [InlineData("/batches?api_key=k", null, null)]
    [InlineData("/seo-tools/api/v4/batch?api-key=k", null, null)]
    public async Task A_key_is_the_same_wherever_it_is_presented(string path, string? header, string? value)
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(TwoPerKey, api.Url);
        for (var i = 0; i < 2; i++)
        {
            using var within = await SendAsync(gateway, "/v1/batches", "X-Api-Key", "k");
        }

        using var answer = await SendAsync(gateway, path, header, value);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task A_made_up_key_beside_the_one_that_is_used_does_not_hide_it()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(TwoPerKey, api.Url);
        var statuses = new List<HttpStatusCode>();

        for (var i = 0; i < 3; i++)
        {
            using var answer = await SendAsync(gateway, "/batches?api_key=k", "Authorization", $"Bearer made-up-{i}");
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    public async Task An_address_that_asks_too_often_is_refused_whatever_it_presents_but_may_ask_for_health()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(
            new() { ["RateLimits:PerAddress:Requests"] = "2", ["RateLimits:PerAddress:Seconds"] = "3600" }, api.Url);
        for (var i = 0; i < 2; i++)
        {
            using var within = await SendAsync(gateway, "/v1/batches", "X-Api-Key", $"k{i}");
        }

        using var beyond = await SendAsync(gateway, "/v1/batches", "X-Api-Key", "k2");
        using var health = await gateway.GetAsync("/health/live");
        using var elsewhere = await SendAsync(gateway, "/v1/batches", "X-Forwarded-For", "192.0.2.7");

        Assert.Equal(HttpStatusCode.TooManyRequests, beyond.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Null(health.Header("RateLimit"));
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    [Fact]
    public async Task One_IPv6_network_is_one_client()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(
            new() { ["RateLimits:PerAddress:Requests"] = "1", ["RateLimits:PerAddress:Seconds"] = "3600" }, api.Url);

        using var one = await SendAsync(gateway, "/v1/batches", "X-Forwarded-For", "2001:db8::1");
        using var same = await SendAsync(gateway, "/v1/batches", "X-Forwarded-For", "2001:db8::ffff:1");
        using var other = await SendAsync(gateway, "/v1/batches", "X-Forwarded-For", "2001:db8:0:1::1");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK], [one.StatusCode, same.StatusCode, other.StatusCode]);
    }

    [Fact]
    public async Task Polling_and_uploading_as_clients_do_is_not_held_up()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(api.Url);

        for (var i = 0; i < 1000; i++)
        {
            using var answer = await SendAsync(gateway, "/v1/batches/1", "X-Api-Key", "k");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task What_was_used_comes_back_evenly()
    {
        using var counts = new RequestCounts("key", new RateLimit { Requests = 4, Seconds = 2 }, tracked: 1024);
        while (counts.TryCount(1, out _))
        {
        }

        Assert.False(counts.TryCount(1, out var wait));
        Assert.InRange(wait.TotalSeconds, 0.01, 0.5);

        await Eventually.True(() => counts.TryCount(1, out _));
        await Eventually.Equal("\"key\";r=4;t=0", () => counts.Left(1));
    }

    [Fact]
    public async Task Made_up_keys_cannot_fill_the_memory_and_idle_ones_are_dropped()
    {
        using var counts = new RequestCounts("key", new RateLimit { Requests = 1000, Seconds = 1 }, tracked: 1024);

        for (var client = 1u; client <= 10_000; client++)
        {
            Assert.True(counts.TryCount((UInt128)client * 0x9E37_79B9_7F4A_7C15, out _));
        }

        Assert.InRange(counts.Count, 1024, 2048);
        await Eventually.Equal(0, () => counts.Count, "they have been full for ten seconds");
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayServer gateway, string path, string? header, string? value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        }

        return gateway.Client.SendAsync(request);
    }
}
