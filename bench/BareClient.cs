using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace BatchPlatform.Bench;

/// <summary>What HttpClient alone can call, and nothing stored: the most that a batch of real calls could reach.</summary>
internal static class BareClient
{
    private const int WarmUps = 5000;
    private static readonly byte[] Body = Jobs.Ndjson("trivial", "call", 1);

    /// <summary>Calls, and prints a line like the peers' harness does.</summary>
    public static async Task RunAsync(Uri url, int calls, int concurrency, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = concurrency });
        await CallAsync(client, url, WarmUps, concurrency, cancellationToken);
        var clock = Stopwatch.StartNew();
        await CallAsync(client, url, calls, concurrency, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            peer = "floor-http-dotnet", mode = "batch", body = "http", n = calls, conc = concurrency, total_s = Math.Round(seconds, 3), jobs_s = Math.Round(calls / seconds),
        }));
    }

    private static Task CallAsync(HttpClient client, Uri url, int calls, int concurrency, CancellationToken cancellationToken)
    {
        var left = calls;
        return Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    using var content = new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                    using var answer = await client.PostAsync(url, content, cancellationToken);
                    await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
                }
            },
            cancellationToken)));
    }
}
