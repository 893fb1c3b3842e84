using System.Net;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

public sealed class GatewayTests
{
    [Theory]
    [InlineData("/v1/batches?limit=2")]
    [InlineData("/v1/batches/1/jobs")]
    [InlineData("/v1/upstreams/event")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/index.html")]
    [InlineData("/docs")]
    [InlineData("/batches?api_key=k")]
    [InlineData("/collections/1F/start")]
    [InlineData("/destinations")]
    [InlineData("/live/batches/1F/results/1/csv")]
    [InlineData("/seo-tools/api/v4/batch/stop?batch-id=17")]
    [InlineData("/api/v1/data-collection/batches/")]
    [InlineData("/api/1.0/batch?action=run")]
    public async Task The_routes_of_the_api_are_forwarded_with_their_query(string path)
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsync(context.Request.Path + context.Request.QueryString));
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(path, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_health_shown_is_the_gateways_own()
    {
        await using var gateway = new GatewayServer("http://127.0.0.1:9");

        using var live = await gateway.GetAsync("/health/live");
        using var ready = await gateway.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }

    [Fact]
    public async Task It_is_ready_once_an_api_is()
    {
        await using var api = await FakeApi.StartAsync(_ => Task.CompletedTask);
        await using var gateway = new GatewayServer("http://127.0.0.1:9", api.Url);

        await Eventually.Equal(HttpStatusCode.OK, async () =>
        {
            using var ready = await gateway.GetAsync("/health/ready");
            return ready.StatusCode;
        });
    }

    [Fact]
    public async Task Without_an_api_the_answer_is_a_problem_that_says_unavailable()
    {
        await using var gateway = new GatewayServer("http://127.0.0.1:9");

        using var answer = await gateway.GetAsync("/v1/batches");

        await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
    }

    [Fact]
    public async Task An_api_that_is_not_ready_gets_nothing()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsync("ready"));
        await using var gateway = new GatewayServer("http://127.0.0.1:9", api.Url);

        // Until its health is known, the dead one still gets its turn.
        await Eventually.True(async () =>
        {
            using var one = await gateway.GetAsync("/v1/batches");
            using var two = await gateway.GetAsync("/v1/batches");
            return one.IsSuccessStatusCode && two.IsSuccessStatusCode;
        });
    }

    [Theory]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(413)]
    public async Task What_the_api_answers_is_left_as_it_is_even_without_a_body(int status)
    {
        await using var api = await FakeApi.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync("/v1/batches");

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.Headers.RetryAfter?.Delta);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }
}
