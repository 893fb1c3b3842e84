using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Gateway.Tests;

/// <summary>What the gateway writes down.</summary>
public sealed class LogTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Canary = "canary-0123456789";

    [Fact]
    public async Task A_line_that_is_logged_for_a_request_names_its_trace_and_no_line_names_a_key()
    {
        using var log = new Lines();
        await using var api = await FakeApi.StartDyingAsync();
        await using var gateway = GatewayServer.With(
            new() { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Yarp"] = "Trace", ["RateLimits:PerKey:Requests"] = "1" }, log, api.Url);

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/batches");
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
            request.Headers.Add("Authorization", $"Bearer {Canary}");
            request.Headers.Add("X-Api-Key", Canary);
            using var answer = await gateway.Client.SendAsync(request);
        }

        var all = log.All;
        Assert.Contains(all, line => line.Scopes.Contains(Trace, StringComparison.Ordinal));
        Assert.DoesNotContain(all, line => line.Text.Contains(Canary, StringComparison.Ordinal) || line.Scopes.Contains(Canary, StringComparison.Ordinal));
    }
}
