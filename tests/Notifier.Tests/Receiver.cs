using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Notifier.Tests;

/// <summary>One callback as it arrived.</summary>
internal sealed record Received(string Host, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A client's server: keeps what arrives and answers as a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();
    private int _inFlight;
    private int _mostInFlight;

    private Receiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    /// <summary>The same receiver by other hosts.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls];

    public IReadOnlyList<Received> Received => [.. _received];

    public int MostInFlight => _mostInFlight;

    public static async Task<Receiver> StartAsync(RequestDelegate? answer = null, int hosts = 1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([.. Enumerable.Repeat("http://127.0.0.1:0", hosts)]);
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(context => receiver.KeepAsync(context, answer ?? (_ => Task.CompletedTask)));
        await receiver._app.StartAsync();
        return receiver;
    }

    public static Task<Receiver> AnsweringAsync(int status) => StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task KeepAsync(HttpContext context, RequestDelegate answer)
    {
        var request = context.Request;
        using var body = new StreamReader(request.Body);
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _received.Enqueue(new Received($"{request.Host}", request.Path, headers, await body.ReadToEndAsync()));
        InterlockedMax(ref _mostInFlight, Interlocked.Increment(ref _inFlight));
        try
        {
            await answer(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        var seen = Volatile.Read(ref most);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
