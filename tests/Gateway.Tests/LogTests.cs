using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Gateway.Tests;

/// <summary>What the gateway writes down.</summary>
public sealed class LogTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Canary = "canary-0123456789";

    [Fact]
    public async Task A_line_that_is_logged_for_a_request_names_its_trace()
    {
        using var log = new Lines();
        await using var api = await FakeApi.StartDyingAsync();
        await using var gateway = GatewayServer.With(new() { ["Logging:LogLevel:Yarp"] = "Information" }, log, api.Url);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/batches") { Headers = { { "traceparent", $"00-{Trace}-b7ad6b7169203331-01" } } };
        using var answer = await gateway.Client.SendAsync(request);

        Assert.Contains(log.All, line => line.Contains(Trace, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData(null)]
    public async Task As_it_is_configured_no_line_names_a_key(string? address)
    {
        using var log = new Lines();
        await using var api = await FakeApi.StartDyingAsync();
        await using var gateway = GatewayServer.With(new() { ["RateLimits:PerKey:Requests"] = "2" }, log, address ?? api.Url);

        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/batches?api_key={Canary}") { Content = new StringContent(Canary) };
            request.Headers.Add("Authorization", $"Bearer {Canary}");
            request.Headers.Add("X-Api-Key", Canary);
            request.Headers.Add("X-Api-Authorization", $"IWS {Canary}:0123");
            using var answer = await gateway.Client.SendAsync(request);
        }

        Assert.DoesNotContain(log.All, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    /// <summary>Every line with its scopes.</summary>
    private sealed class Lines : ILoggerProvider, ILogger, ISupportExternalScope
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private IExternalScopeProvider? _scopes;

        public string[] All => [.. _lines];

        public ILogger CreateLogger(string categoryName) => this;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            _scopes?.ForEachScope((scope, list) => list.Add($"{scope}"), scopes);
            _lines.Enqueue($"{formatter(state, exception)} {exception} [{string.Join(' ', scopes)}]");
        }

        public void Dispose()
        {
        }
    }
}
