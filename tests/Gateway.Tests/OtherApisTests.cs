using System.Net;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace BatchPlatform.Gateway.Tests;

/// <summary>Several apis, of which some die.</summary>
public sealed class OtherApisTests
{
    private const string Nobody = "http://127.0.0.1:9";

    // So that deaths are met, not foreseen.
    private static readonly Dictionary<string, string?> Unwatched = new()
    {
        ["ReverseProxy:Clusters:api:HealthCheck:Active:Enabled"] = "false",
        ["ReverseProxy:Clusters:api:HealthCheck:Passive:Enabled"] = "false",
    };

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task What_can_be_asked_twice_is_asked_of_another_api_when_one_dies_before_its_first_byte(string method)
    {
        await using var dying = await FakeApi.StartDyingAsync();
        await using var alive = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(Unwatched, dying.Url, alive.Url);

        for (var i = 0; i < 20; i++)
        {
            using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/v1/batches"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.InRange(dying.Requests, 1, 20);
        Assert.Equal(20, alive.Requests);
    }

    [Fact]
    public async Task A_GET_is_asked_of_another_api_when_nobody_listens_at_one()
    {
        await using var alive = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(Unwatched, Nobody, alive.Url);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("/v1/batches?limit=2", await gateway.Client.GetStringAsync("/v1/batches?limit=2"));
        }
    }

    [Fact]
    public async Task A_GET_is_asked_of_another_api_when_the_machine_of_one_is_gone_and_silent()
    {
        using var silent = new SilentMachine();
        await using var alive = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(Unwatched, silent.Url, alive.Url);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.Client.GetStringAsync("/v1/batches?limit=2")));

        Assert.All(answers, answer => Assert.Equal("/v1/batches?limit=2", answer));
    }

    [Fact]
    public async Task What_did_not_reach_a_silent_machine_is_known_to_have_had_no_effect()
    {
        using var silent = new SilentMachine();
        await using var gateway = GatewayServer.With(Unwatched, silent.Url);

        using var answer = await SendAsync(gateway, "POST", "/v1/batches", "{}");

        await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
    }

    [Fact]
    public async Task Each_api_is_asked_once_at_most()
    {
        await using var one = await FakeApi.StartDyingAsync();
        await using var two = await FakeApi.StartDyingAsync();
        await using var three = await FakeApi.StartDyingAsync();
        await using var gateway = GatewayServer.With(Unwatched, one.Url, two.Url, three.Url);

        using var answer = await gateway.GetAsync("/v1/batches");

        await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.Equal((1, 1, 1), (one.Requests, two.Requests, three.Requests));
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("POST", "")]
    [InlineData("POST", "{}")]
    [InlineData("PUT", "{}")]
    [InlineData("PATCH", "{}")]
    [InlineData("DELETE", "")]
    public async Task What_changes_something_is_asked_once_and_its_outcome_is_unknown(string method, string body)
    {
        await using var one = await FakeApi.StartDyingAsync();
        await using var two = await FakeApi.StartDyingAsync();
        await using var gateway = GatewayServer.With(Unwatched, one.Url, two.Url);

        using var answer = await SendAsync(gateway, method, "/v1/batches/1", body);

        await answer.IsProblemAsync(HttpStatusCode.GatewayTimeout, "OUTCOME_UNKNOWN");
        Assert.Equal(1, one.Requests + two.Requests);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Not_even_a_connection_that_was_kept_and_breaks_makes_a_second_request(string method)
    {
        await using var api = await FakeApi.StartAsync(context =>
        {
            if (context.Request.Path.Value!.EndsWith('2'))
            {
                context.Abort();
            }

            return Task.CompletedTask;
        });
        await using var gateway = GatewayServer.With(Unwatched, api.Url);
        using var first = await SendAsync(gateway, method, "/v1/batches/1", "");

        using var second = await SendAsync(gateway, method, "/v1/batches/2", "");

        await second.IsProblemAsync(HttpStatusCode.GatewayTimeout, "OUTCOME_UNKNOWN");
        Assert.Equal(2, api.Requests);
    }

    [Fact]
    public async Task What_was_never_sent_is_known_to_have_had_no_effect()
    {
        await using var gateway = GatewayServer.With(Unwatched, Nobody);

        using var answer = await SendAsync(gateway, "POST", "/v1/batches", "{}");

        await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
    }

    [Theory]
    [InlineData("/batches/1F/start")]
    [InlineData("/collections/1F/stop/")]
    [InlineData("/live/batches/stopall")]
    [InlineData("/batches/1F/results/2/resendwebhook")]
    public async Task A_GET_that_changes_something_is_asked_once(string path)
    {
        await using var one = await FakeApi.StartDyingAsync();
        await using var two = await FakeApi.StartDyingAsync();
        await using var gateway = GatewayServer.With(Unwatched, one.Url, two.Url);

        using var answer = await gateway.GetAsync(path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(1, one.Requests + two.Requests);
    }

    [Fact]
    public async Task Nobody_else_is_asked_once_an_answer_has_begun()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RequestDelegate breakOff = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("the beginning");
            await context.Response.Body.FlushAsync();
            await begun.Task;
            context.Abort();
        };
        await using var one = await FakeApi.StartAsync(breakOff);
        await using var two = await FakeApi.StartAsync(breakOff);
        await using var gateway = GatewayServer.With(Unwatched, one.Url, two.Url);

        using var answer = await gateway.GetAsync("/v1/batches");
        begun.SetResult();

        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        Assert.Equal(1, one.Requests + two.Requests);
    }

    [Fact]
    public async Task Requests_are_spread_over_the_apis_by_how_many_each_has()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var one = await FakeApi.StartAsync(_ => release.Task);
        await using var two = await FakeApi.StartAsync(_ => release.Task);
        await using var gateway = GatewayServer.With(Unwatched, one.Url, two.Url);

        var answers = Enumerable.Range(0, 20).Select(_ => gateway.GetAsync("/v1/batches/1/events")).ToList();
        await Eventually.Equal(20, () => one.Requests + two.Requests);

        Assert.InRange(one.Requests, 5, 15);
        release.SetResult();
        Assert.All(await Task.WhenAll(answers), answer => answer.Dispose());
    }

    [Fact]
    public async Task An_api_that_says_it_is_ready_and_fails_is_left_alone_for_a_while()
    {
        await using var dying = await FakeApi.StartDyingAsync();
        await using var alive = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(dying.Url, alive.Url);

        await Eventually.Equal(DestinationHealth.Unhealthy, async () =>
        {
            using var answer = await gateway.GetAsync("/v1/batches");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return PassiveHealth(gateway, "api1");
        });

        var before = dying.Requests;
        using var meanwhile = await gateway.GetAsync("/v1/batches");
        Assert.Equal((HttpStatusCode.OK, before), (meanwhile.StatusCode, dying.Requests));
        await Eventually.Equal(DestinationHealth.Unknown, () => PassiveHealth(gateway, "api1"), "it gets another chance");
    }

    [Fact]
    public async Task An_api_that_does_not_say_it_is_ready_gets_nothing()
    {
        await using var alive = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(Nobody, alive.Url);
        await Eventually.Equal(DestinationHealth.Unhealthy, () => Destination(gateway, "api1").Health.Active);

        for (var i = 0; i < 20; i++)
        {
            using var answer = await SendAsync(gateway, "POST", "/v1/batches", "{}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static DestinationHealth PassiveHealth(GatewayServer gateway, string api) => Destination(gateway, api).Health.Passive;

    private static DestinationState Destination(GatewayServer gateway, string api)
    {
        Assert.True(gateway.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster));
        return cluster.Destinations[api];
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayServer gateway, string method, string path, string body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body.Length > 0 ? new StringContent(body) : null };
        return gateway.Client.SendAsync(request);
    }
}
