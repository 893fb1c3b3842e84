using System.Net;
using BatchPlatform.Testing;

namespace BatchPlatform.Samples.Tests;

public sealed class FaultsTests
{
    [Fact]
    public async Task A_call_takes_its_latency()
    {
        var clock = new FakeClock();
        await using var server = await SampleServer.StartAsync(new SampleOptions { LatencyMilliseconds = 200 }, clock);

        var call = server.StatusOfALookupAsync();
        await Eventually.Equal(1, () => clock.ActiveTimers);
        clock.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Equal(1, await InFlightAsync(server));
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(HttpStatusCode.OK, await call);
    }

    [Fact]
    public async Task Jitter_is_added_to_the_latency_and_has_a_bound()
    {
        var clock = new FakeClock();
        var options = new SampleOptions { LatencyMilliseconds = 100, JitterMilliseconds = 50 };
        await using var server = await SampleServer.StartAsync(options, clock);

        var call = server.StatusOfALookupAsync();
        await Eventually.Equal(1, () => clock.ActiveTimers);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, await InFlightAsync(server));
        clock.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal(HttpStatusCode.OK, await call);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.25, 30, 70)]
    [InlineData(1, 200, 200)]
    public async Task As_many_calls_fail_as_the_rate_asks(double rate, int atLeast, int atMost)
    {
        await using var server = await SampleServer.StartAsync(new SampleOptions { FailureRate = rate });

        var failed = (await StatusesAsync(server, 200)).Count(status => status == HttpStatusCode.InternalServerError);

        Assert.InRange(failed, atLeast, atMost);
    }

    [Fact]
    public async Task Unless_a_seed_is_given_the_first_calls_succeed_at_common_rates()
    {
        await using var server = await SampleServer.StartAsync(new SampleOptions { FailureRate = 0.2 });

        Assert.All(await StatusesAsync(server, 10), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task The_same_seed_fails_the_same_calls_and_another_seed_others()
    {
        var options = new SampleOptions { FailureRate = 0.5, Seed = 7 };
        await using var server = await SampleServer.StartAsync(options);
        await using var same = await SampleServer.StartAsync(options);
        await using var other = await SampleServer.StartAsync(options with { Seed = 8 });

        var statuses = await StatusesAsync(server, 100);

        Assert.Equal(statuses, await StatusesAsync(same, 100));
        Assert.NotEqual(statuses, await StatusesAsync(other, 100));
    }

    [Fact]
    public async Task Calls_beyond_the_rate_are_told_to_come_back_in_the_next_second()
    {
        var clock = new FakeClock();
        await using var server = await SampleServer.StartAsync(new SampleOptions { RateLimitPerSecond = 3 }, clock);

        Assert.All(await StatusesAsync(server, 3), status => Assert.Equal(HttpStatusCode.OK, status));
        await RefusedAsync(server, HttpStatusCode.TooManyRequests);
        clock.Advance(TimeSpan.FromMilliseconds(999));
        await RefusedAsync(server, HttpStatusCode.TooManyRequests);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.All(await StatusesAsync(server, 3), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Calls_beyond_the_concurrency_are_told_that_the_server_is_busy()
    {
        var clock = new FakeClock();
        var options = new SampleOptions { LatencyMilliseconds = 100, MaxConcurrent = 2 };
        await using var server = await SampleServer.StartAsync(options, clock);

        var served = new[] { server.StatusOfALookupAsync(), server.StatusOfALookupAsync() };
        await Eventually.Equal(2, () => clock.ActiveTimers);
        await RefusedAsync(server, HttpStatusCode.ServiceUnavailable);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.All(await Task.WhenAll(served), status => Assert.Equal(HttpStatusCode.OK, status));

        await server.StatsAtRestAsync();
        var next = server.StatusOfALookupAsync();
        await Eventually.Equal(1, () => clock.ActiveTimers);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(HttpStatusCode.OK, await next);
    }

    [Fact]
    public async Task Health_and_statistics_are_spared()
    {
        await using var server = await SampleServer.StartAsync(new SampleOptions { FailureRate = 1 });

        Assert.Equal("Healthy", await server.Client.GetStringAsync("/health/live"));
        Assert.Equal(0, await InFlightAsync(server));
    }

    private static async Task<int> InFlightAsync(SampleServer server) =>
        (await server.StatsAsync()).GetProperty("in_flight").GetInt32();

    private static async Task<HttpStatusCode[]> StatusesAsync(SampleServer server, int calls)
    {
        var statuses = new HttpStatusCode[calls];
        for (var call = 0; call < calls; call++)
        {
            statuses[call] = await server.StatusOfALookupAsync();
        }

        return statuses;
    }

    private static async Task RefusedAsync(SampleServer server, HttpStatusCode expected)
    {
        using var answer = await server.LookUpAsync();
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
    }
}
