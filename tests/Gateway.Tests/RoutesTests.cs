extern alias api;

using System.Net;
using System.Text.RegularExpressions;
using api::BatchPlatform.Api;
using api::BatchPlatform.Api.Dialects;
using BatchPlatform.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace BatchPlatform.Gateway.Tests;

/// <summary>The routes that the api maps against those that the gateway forwards.</summary>
public sealed partial class RoutesTests : IAsyncLifetime
{
    private static readonly string[] AnyMethod = ["GET"];
    private readonly WebApplication _api = MapApi();
    private FakeApi _fake = null!;
    private GatewayServer _gateway = null!;

    public async Task InitializeAsync()
    {
        _fake = await FakeApi.StartAsync();
        _gateway = new GatewayServer(_fake.Url);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _fake.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Every_route_of_the_api_is_forwarded()
    {
        var asked = 0;
        foreach (var (method, path) in Endpoints().SelectMany(Requests))
        {
            using var answer = await _gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{method} {path} is not forwarded");
            Assert.Equal(path, await answer.Content.ReadAsStringAsync());
            asked++;
        }

        Assert.InRange(asked, 100, int.MaxValue);
    }

    [Fact]
    public async Task Everything_below_the_roots_of_a_dialect_is_forwarded_so_that_it_refuses_in_its_own_words()
    {
        foreach (var root in _api.Services.GetServices<IDialect>().SelectMany(dialect => dialect.Roots))
        {
            Assert.Equal($"{root}/no/such/thing", await _gateway.Client.GetStringAsync($"{root}/no/such/thing"));
        }
    }

    [Fact]
    public void Each_route_of_the_gateway_leads_to_one_of_the_api()
    {
        var patterns = Endpoints().Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).Append("/docs/").ToList();

        Assert.All(GatewayRoutes().Where(route => route.Config.ClusterId == "api"), route =>
        {
            var root = route.Config.Match.Path!.Split("{**", 2)[0];
            Assert.Contains(patterns, pattern => Unnamed(pattern + "/").StartsWith(Unnamed(root), StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("/dashboard")]
    [InlineData("/dashboard/batches?name=x")]
    public async Task The_pages_of_the_dashboard_are_asked_of_the_dashboards(string path)
    {
        await using var dashboard = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(new() { ["ReverseProxy:Clusters:dashboard:Destinations:dashboard1:Address"] = dashboard.Url }, _fake.Url);

        Assert.Equal(path, await gateway.Client.GetStringAsync(path));
        Assert.Equal((1, 0), (dashboard.Requests, _fake.Requests));
    }

    [Fact]
    public void What_may_be_longer_at_the_api_may_be_longer_here()
    {
        var unbounded = Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is not null).SelectMany(Requests).ToList();

        Assert.NotEmpty(unbounded);
        foreach (var (method, path) in unbounded)
        {
            var route = GatewayRoutes().OrderBy(route => route.Config.Order).First(route => Matches(route, method, path));
            Assert.True(route.Config.MaxRequestBodySize is not null, $"{method} {path} is held to the default");
        }
    }

    [Fact]
    public void Each_GET_that_changes_something_is_known_not_to_be_repeatable()
    {
        // Prolific's GET that hands out an address for an upload may be repeated: of two addresses one is used.
        var changing = Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<KeyScope>() is { Scope: "write" }).SelectMany(Requests)
            .Where(request => !request.Path.Contains("/upload-url/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(changing);
        foreach (var (method, path) in changing)
        {
            var route = GatewayRoutes().OrderBy(route => route.Config.Order).First(route => Matches(route, method, path));
            Assert.Contains(path.Split('/')[^1], route.Config.Metadata!["ChangingGets"].Split(','));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/metrics")]
    [InlineData("/health")]
    [InlineData("/health/other")]
    [InlineData("/v2/batches")]
    [InlineData("/internal/v1/batches")]
    [InlineData("/api/2.0/batch")]
    [InlineData("/seo-tools")]
    [InlineData("/v1/../metrics")]
    [InlineData("/v1/%2e%2e/metrics")]
    [InlineData("/v1/..%2fmetrics/../../metrics")]
    [InlineData("/docs/../swagger")]
    [InlineData("//metrics")]
    public async Task Nothing_else_is(string path)
    {
        await using var connection = await RawConnection.OpenAsync(_gateway.Client.BaseAddress!);

        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");

        Assert.Contains("NOT_FOUND", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, _fake.Requests);
    }

    [Theory]
    [InlineData("/v1/..%2f..%2fhealth/ready")]
    [InlineData("/v1/%252e%252e/health/ready")]
    [InlineData("/v1/..%5c..%5chealth/ready")]
    [InlineData("/v1/..;/health/ready")]
    public async Task A_path_with_tricks_stays_below_its_root(string path)
    {
        await using var connection = await RawConnection.OpenAsync(_gateway.Client.BaseAddress!);

        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.DoesNotContain("Healthy", answer, StringComparison.Ordinal);
        Assert.Contains("/v1/", answer, StringComparison.Ordinal);
    }

    // The api as its own program maps it, never started: it needs neither database nor bus for that.
    private static WebApplication MapApi()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Store:Provider"] = "Sqlite",
            ["ConnectionStrings:Store"] = "Data Source=never-opened.db",
        });
        builder.Services.AddStore(builder.Configuration);
        builder.AddApi();
        return builder.Build().MapApi();
    }

    private IEnumerable<RouteEndpoint> Endpoints() => ((IEndpointRouteBuilder)_api).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    private static IEnumerable<(string Method, string Path)> Requests(RouteEndpoint endpoint)
    {
        var path = "/" + Parameter.Replace(endpoint.RoutePattern.RawText!, "1").Trim('/');
        return (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? AnyMethod).Select(method => (method, path));
    }

    private IEnumerable<RouteModel> GatewayRoutes()
    {
        var proxy = _gateway.Services.GetRequiredService<IProxyStateLookup>();
        return proxy.GetRoutes();
    }

    private static bool Matches(RouteModel route, string method, string path)
    {
        var pattern = Parameter.Replace(Rest.Replace(route.Config.Match.Path!, "(/.*)?"), "[^/]+");
        return route.Config.Match.Methods?.Contains(method) != false && Regex.IsMatch(path, $"^{pattern}$", RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private static string Unnamed(string pattern) => Parameter.Replace(pattern, "{}");

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter { get; }

    [GeneratedRegex(@"/\{\*\*rest\}", RegexOptions.NonBacktracking)]
    private static partial Regex Rest { get; }
}
