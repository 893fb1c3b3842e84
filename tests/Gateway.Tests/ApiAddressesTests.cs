using System.Net;
using System.Net.Sockets;
using BatchPlatform.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace BatchPlatform.Gateway.Tests;

/// <summary>One name, any number of apis.</summary>
public sealed class ApiAddressesTests
{
    private static readonly IPAddress First = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress Second = IPAddress.Parse("127.0.0.2");

    private readonly FakeClock _clock = new();
    private Func<IPAddress[]> _answer = () => [First, Second];

    [Fact]
    public async Task Each_address_of_a_name_is_an_api_of_its_own_and_is_told_the_name()
    {
        var found = await ResolveAsync("http://api:8080/");

        Assert.Equal(["http://127.0.0.1:8080/", "http://127.0.0.2:8080/"], found.Destinations.Values.Select(api => api.Address).Order());
        Assert.All(found.Destinations.Values, api => Assert.Equal("api:8080", api.Host));
    }

    [Fact]
    public async Task An_address_stays_as_it_is_configured_and_is_never_looked_up()
    {
        _answer = () => throw new InvalidOperationException("not to be asked");

        var found = await ResolveAsync("http://127.0.0.1:8081");

        Assert.Equal("http://127.0.0.1:8081", Assert.Single(found.Destinations, api => api.Key == "api1").Value.Address);
        Assert.Null(found.ChangeToken);
    }

    [Fact]
    public async Task A_name_is_looked_up_again_after_two_seconds()
    {
        var found = await ResolveAsync("http://api:8080");

        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(found.ChangeToken!.HasChanged);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(found.ChangeToken.HasChanged);
    }

    [Theory]
    [InlineData(SocketError.TryAgain, 2)]
    [InlineData(SocketError.HostNotFound, 0)]
    public async Task Apis_stay_where_they_were_while_the_name_server_is_away_and_are_gone_when_it_says_so(SocketError error, int expected)
    {
        var apis = NewResolver();
        await apis.ResolveDestinationsAsync(Named("http://api:8080"), default);
        _answer = () => throw new SocketException((int)error);

        var found = await apis.ResolveDestinationsAsync(Named("http://api:8080"), default);

        Assert.Equal(expected, found.Destinations.Count);
        Assert.NotNull(found.ChangeToken);
    }

    [Fact]
    public async Task The_gateway_starts_before_the_name_is_known_and_finds_the_apis_as_they_come_and_go()
    {
        await using var one = await FakeApi.StartAsync();
        await using var two = await FakeApi.StartAsync(new Uri(one.Url).Port, Second);
        _answer = () => throw new SocketException((int)SocketError.HostNotFound);
        await using var gateway = GatewayServer.WithParts(services => services.Replace(
            ServiceDescriptor.Singleton<IDestinationResolver>(NewResolver())), $"http://api:{new Uri(one.Url).Port}");
        using (var answer = await gateway.GetAsync("/v1/batches"))
        {
            await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        }

        _answer = () => [First, Second];
        await LookUpUntilAsync(gateway, ready: 2);
        for (var i = 0; i < 40; i++)
        {
            using var answer = await gateway.PostAsync("/v1/batches", new StringContent("{}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.InRange(one.Requests, 5, 35);
        Assert.Equal(40, one.Requests + two.Requests);

        _answer = () => [Second];
        await LookUpUntilAsync(gateway, ready: 1);
        var before = one.Requests;
        using var last = await gateway.GetAsync("/v1/batches");
        Assert.Equal((HttpStatusCode.OK, before), (last.StatusCode, one.Requests));
    }

    [Fact]
    public async Task An_api_that_appears_behind_the_name_gets_nothing_until_it_says_that_it_is_ready()
    {
        await using var alive = await FakeApi.StartAsync();
        _answer = () => [First];
        await using var gateway = GatewayServer.WithParts(services => services.Replace(
            ServiceDescriptor.Singleton<IDestinationResolver>(NewResolver())), $"http://api:{new Uri(alive.Url).Port}");
        await LookUpUntilAsync(gateway, ready: 1);

        // Nobody listens at the second address.
        _answer = () => [First, Second];
        await Eventually.Equal(2, () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            return Apis(gateway).Count;
        });
        for (var i = 0; i < 20; i++)
        {
            using var answer = await gateway.PostAsync("/v1/batches", new StringContent("{}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private ApiAddresses NewResolver() => new(_clock, NullLogger<ApiAddresses>.Instance)
    {
        Resolve = (_, _) => Task.Run(() => _answer()),
    };

    private static Dictionary<string, DestinationConfig> Named(string address) => new() { ["api1"] = new DestinationConfig { Address = address } };

    private async Task<ResolvedDestinationCollection> ResolveAsync(string address) =>
        await NewResolver().ResolveDestinationsAsync(Named(address), default);

    private Task LookUpUntilAsync(GatewayServer gateway, int ready) => Eventually.Equal((ready, ready), () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(2));
        var apis = Apis(gateway);
        return (apis.Count, apis.Count(api => api.Health.Active == DestinationHealth.Healthy));
    });

    private static List<DestinationState> Apis(GatewayServer gateway)
    {
        Assert.True(gateway.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster));
        return [.. cluster.Destinations.Values];
    }
}
