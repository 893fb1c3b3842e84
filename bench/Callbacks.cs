using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Bench;

/// <summary>
/// Many callbacks owed at the same moment to one fast receiver in this process. The receiver first says that it is gone, so
/// that the callbacks of all batches are held; then all are asked for at once, and time runs until the last has arrived.
/// </summary>
internal sealed class Callbacks(Target target, int count) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private readonly HashSet<string> _arrived = [];
    private readonly Lock _lock = new();
    private WebApplication? _receiver;
    private bool _open;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var from = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        var url = await ListenAsync(cancellationToken);
        var batches = new List<string>();
        while (batches.Count < count)
        {
            batches.Add(await CreateAsync(url, cancellationToken));
        }

        foreach (var batch in batches)
        {
            await KeptAsync(batch, cancellationToken);
        }

        var range = new { from, to = TimeProvider.System.GetUtcNow().AddMinutes(1) };
        _open = true;
        var clock = Stopwatch.StartNew();
        (await target.Client.PostAsJsonAsync("/v1/deliveries/resend", range, cancellationToken)).EnsureSuccessStatusCode();
        while (Arrived < count)
        {
            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }

        Console.WriteLine($"{target.Name,-11} {count:N0} callbacks owed at once, delivered in {clock.Elapsed.TotalSeconds:0.000} s = {count / clock.Elapsed.TotalSeconds:N0}/s");
    }

    public async ValueTask DisposeAsync() => await (_receiver?.DisposeAsync() ?? default);

    private int Arrived
    {
        get
        {
            lock (_lock)
            {
                return _arrived.Count;
            }
        }
    }

    private async Task<string> ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.Run(context =>
        {
            context.Response.StatusCode = (int)(_open ? HttpStatusCode.NoContent : HttpStatusCode.Gone);
            if (_open)
            {
                lock (_lock)
                {
                    _arrived.Add(context.Request.Headers["webhook-id"].ToString());
                }
            }

            return Task.CompletedTask;
        });
        await _receiver.StartAsync(cancellationToken);
        return _receiver.Urls.Single();
    }

    private async Task<string> CreateAsync(string url, CancellationToken cancellationToken)
    {
        var body = new { commit = true, callback = new { url }, jobs = new[] { new { @namespace = "bench", action = "noop", @params = new { } } } };
        using var answer = await target.Client.PostAsJsonAsync("/v1/batches", body, cancellationToken);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString()!;
    }

    private async Task KeptAsync(string batch, CancellationToken cancellationToken)
    {
        var url = new Uri($"/v1/batches/{batch}/deliveries", UriKind.Relative);
        while (true)
        {
            var deliveries = (await target.Client.GetFromJsonAsync<JsonElement>(url, cancellationToken)).GetProperty("items").EnumerateArray();
            if (deliveries.FirstOrDefault() is { ValueKind: JsonValueKind.Object } delivery && delivery.GetProperty("state").GetString() is "held" or "failed")
            {
                return;
            }

            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }
}
