using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Testing.Ledger;

/// <summary>A callback that a receiver took.</summary>
/// <param name="WebhookId">Names the event, on every attempt.</param>
/// <param name="Batch">Whose.</param>
/// <param name="Event">Such as batch.finished.</param>
/// <param name="Run">The run that it tells of; 0 where the body, not being JSON, does not say.</param>
/// <param name="At">When it came.</param>
public sealed record CallbackNote(string WebhookId, Guid Batch, string Event, int Run, DateTimeOffset At);

/// <summary>A client's server for callbacks on loopback: takes what comes and notes it, unless it is down.</summary>
public sealed class CallbackReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CallbackNote> _notes = new();
    private int _refused;

    private CallbackReceiver(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>What it took, in order of arrival.</summary>
    public IReadOnlyList<CallbackNote> Notes => [.. _notes];

    /// <summary>While true it refuses with 503, and notes nothing.</summary>
    public bool IsDown { get; set; }

    /// <summary>Calls that it refused while it was down.</summary>
    public int Refused => _refused;

    /// <summary>Starts it on a free port.</summary>
    public static async Task<CallbackReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new CallbackReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        if (IsDown)
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var headers = context.Request.Headers;
        _notes.Enqueue(new CallbackNote(
            headers["webhook-id"].ToString(),
            Guid.Parse(headers["batch-id"].ToString()),
            headers["batch-event"].ToString(),
            await RunAsync(context.Request),
            TimeProvider.System.GetUtcNow()));
    }

    private static async Task<int> RunAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            return 0;
        }

        using var body = await JsonDocument.ParseAsync(request.Body);
        return body.RootElement.GetProperty("data").GetProperty("run").GetInt32();
    }
}
