using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

public sealed class GatewayTests
{
    private const int MiB = 1024 * 1024;

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

    [Theory]
    [InlineData("/")]
    [InlineData("/metrics")]
    [InlineData("/v2/batches")]
    [InlineData("/internal/v1/batches")]
    [InlineData("/api/2.0/batch")]
    [InlineData("/seo-tools")]
    public async Task Anything_else_is_a_problem_that_says_not_found(string path)
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsync("the api's own"));
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync(path);

        await AssertProblemAsync(answer, HttpStatusCode.NotFound, "NOT_FOUND");
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

        await AssertProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
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

    [Theory]
    [InlineData("POST", "/v1/batches/1/jobs")]
    [InlineData("PUT", "/v1/datasets/1/content")]
    [InlineData("PUT", "/api/v1/data-collection/datasets/1/upload")]
    public async Task An_upload_may_be_longer_than_any_limit_and_is_passed_on_as_it_comes(string method, string path)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async context =>
        {
            var buffer = new byte[MiB];
            var total = (long)await context.Request.Body.ReadAsync(buffer);
            arrived.SetResult();
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
            {
                total += read;
            }

            await context.Response.WriteAsync($"{total}");
        });
        await using var gateway = new GatewayServer(api.Url);

        // The rest is sent only once the api has seen the beginning: a buffering gateway would wait for ever.
        using var body = new PausingBody(first: MiB, resume: arrived.Task, rest: 40 * MiB);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal($"{41 * MiB}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Another_body_longer_than_16_MiB_is_refused()
    {
        await using var api = await FakeApi.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        await using var gateway = new GatewayServer(api.Url);

        using var fits = new ByteArrayContent(new byte[16 * MiB]);
        using var accepted = await gateway.PostAsync("/v1/keys", fits);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/keys") { Content = new ByteArrayContent(new byte[(16 * MiB) + 1]) };
        request.Headers.ExpectContinue = true; // Else the connection may break before the client reads the refusal.
        using var refused = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        await AssertProblemAsync(refused, HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
    }

    [Fact]
    public async Task An_event_reaches_the_client_before_the_stream_has_ended()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("event: progress\n\n");
            await context.Response.Body.FlushAsync();
            await read.Task;
        });
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync("/v1/batches/1/events");
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Equal("event: progress", await events.ReadLineAsync());
        read.SetResult();
    }

    [Fact]
    public async Task Requests_are_spread_over_the_apis()
    {
        await using var one = await FakeApi.StartAsync(context => context.Response.WriteAsync("one"));
        await using var two = await FakeApi.StartAsync(context => context.Response.WriteAsync("two"));
        await using var gateway = new GatewayServer(one.Url, two.Url);

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add(await gateway.Client.GetStringAsync(new Uri("/v1/batches", UriKind.Relative)));
        }

        Assert.Equal(["one", "one", "two", "two"], answers.Order());
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), answer.Content.Headers.ContentType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
    }
}
