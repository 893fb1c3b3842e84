using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Worker.Tests;

/// <summary>A call as it arrived: the target is what stood in the request line, unread by anybody.</summary>
internal sealed record ReceivedCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A real HTTP server on a free port that answers as a test says.</summary>
internal sealed class TestUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _inFlight;

    private TestUpstream(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedCall> Calls { get; } = new();

    public int InFlight => Volatile.Read(ref _inFlight);

    public int MostInFlight { get; private set; }

    public string BaseUrl => _app.Urls.Single();

    public static async Task<TestUpstream> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var upstream = new TestUpstream(builder.Build());
        upstream._app.Run(context => upstream.ReceiveAsync(context, answer));
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>Answers 200 with a small JSON object.</summary>
    public static Task<TestUpstream> StartAsync() => StartAsync(AnswerOkAsync);

    public static Task AnswerOkAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new { ok = true });

    /// <summary>Closes the connection instead of answering.</summary>
    public static Task BreakOffAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>A definition of it, with one action <c>call</c>.</summary>
    public Upstream Definition(UpstreamAction? action = null) => Given.Upstream(BaseUrl, action);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context, RequestDelegate answer)
    {
        using var body = new StreamReader(context.Request.Body);
        Calls.Enqueue(new ReceivedCall(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await body.ReadToEndAsync()));
        lock (Calls)
        {
            MostInFlight = Math.Max(MostInFlight, ++_inFlight);
        }

        try
        {
            await answer(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
