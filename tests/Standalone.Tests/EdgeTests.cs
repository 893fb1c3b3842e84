using System.Net;
using System.Text;
using BatchPlatform.Testing;

namespace BatchPlatform.Standalone.Tests;

/// <summary>The one process has no gateway: it holds clients to the same limits itself.</summary>
public sealed class EdgeTests : IDisposable
{
    private const string Key = "an-admin-key-for-tests-only";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_has_the_gateways_headers_and_limits()
    {
        await using var server = await ServeAsync(new() { ["Cors__Origins__0"] = "https://console.example.org", ["RateLimits__PerKey__Requests"] = "3" });

        using var answer = await SendAsync(server, HttpMethod.Get, "/v1/batches");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("https://console.example.org", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.StartsWith("\"key\";q=3;w=10", answer.Headers.GetValues("RateLimit-Policy").Single(), StringComparison.Ordinal);
        Assert.Matches("^00-[0-9a-f]{32}-", answer.Headers.GetValues("traceparent").Single());
        Assert.False(answer.Headers.Contains("Server"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/batches") { Headers = { { "X-Long", new string('x', 33 * 1024) } } };
        using var tooLong = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, tooLong.StatusCode);

        await Eventually.Equal(HttpStatusCode.TooManyRequests, async () =>
        {
            using var next = await SendAsync(server, HttpMethod.Get, "/v1/batches");
            return next.StatusCode;
        });
    }

    [Theory]
    [InlineData("/api/1.0/batch?action=run", "24092")]
    [InlineData("/batches?api_key=an-admin-key-for-tests-only", "'name'")]
    public async Task Jobs_of_a_dialect_may_be_longer_than_other_bodies(string path, string refusal)
    {
        await using var server = await ServeAsync([]);
        var body = $$"""{"jobs": "{{new string('x', 2 * 1024 * 1024)}}"}""";

        using var answer = await SendAsync(server, HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(refusal, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configured_endpoints_take_the_place_of_its_usual_address()
    {
        var port = LoopbackPort.Next();
        var settings = new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = null, ["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{port}" };

        await using var server = await ServeAsync(settings, port);

        Assert.Contains($"Listening on http://127.0.0.1:{port},", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Overriding address", server.Output, StringComparison.Ordinal);
    }

    private Task<ServiceProcess> ServeAsync(Dictionary<string, string?> settings, int? port = null) => ServiceProcess.StartAsync(
        "services/standalone",
        new Dictionary<string, string?>(settings) { ["Admin__Key"] = Key },
        ["--data", Path.Combine(_folder.Path, "data")],
        port,
        TimeSpan.FromMinutes(2));

    private static Task<HttpResponseMessage> SendAsync(ServiceProcess server, HttpMethod method, string path, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Api-Key", Key);
        request.Headers.Add("X-Api-Authorization", $"IWS {Key}:unsigned");
        request.Headers.Add("Origin", "https://console.example.org");
        return server.Client.SendAsync(request);
    }
}
