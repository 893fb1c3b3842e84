using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Dialects.Tests;

/// <summary>One callback as it arrived.</summary>
internal sealed record Received(string ContentType, bool IsSigned, string Body);

/// <summary>A client's server, by plain http.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private Receiver(WebApplication app) => _app = app;

    public string Url => $"{_app.Urls.Single()}/done";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            receiver._received.Enqueue(new Received(
                context.Request.ContentType ?? "", context.Request.Headers.ContainsKey("webhook-signature"), await body.ReadToEndAsync()));
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for so many callbacks.</summary>
    public async Task<IReadOnlyList<Received>> ReceiveAsync(int count)
    {
        await Eventually.True(() => _received.Count >= count);
        return [.. _received];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
