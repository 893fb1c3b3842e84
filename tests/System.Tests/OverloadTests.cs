using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Xunit.Abstractions;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>Ten times as many clients as the api has room for, none of whom waits as long as he is asked to.</summary>
[Collection(nameof(Alone))]
public sealed class OverloadTests(ITestOutputHelper output)
{
    private const int AtOnce = 8;
    private const int Waiting = 16;
    private const int Clients = 10 * (AtOnce + Waiting);
    private const int WaitSeconds = 2;
    private const int CommandSeconds = 20;
    private const long MebiByte = 1024 * 1024;

    // Not the fastest, but none may grow with what is asked: the gateway streams, the api holds what it has let in, and what is
    // accepted waits in the store.
    private const long MostBytes = 600 * MebiByte;

    // The longest wait for a turn (Overload:WaitSeconds), for another once the body is there, then for the lifecycle's reply (Api:CommandSeconds).
    private static readonly TimeSpan SlowestAnswer = TimeSpan.FromSeconds(WaitSeconds + WaitSeconds + CommandSeconds);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(LongSuite.IsFull ? 120 : 15);

    private readonly ConcurrentQueue<(string Id, TimeSpan Took)> _accepted = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private int _shed;

    [Fact]
    public async Task What_is_too_much_is_refused_and_what_is_accepted_is_answered_soon_and_completes()
    {
        await using var services = await Deployment.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Bench__Enabled"] = "true",
            ["Overload__Writes"] = $"{AtOnce}",
            ["Overload__Reads"] = $"{AtOnce}",
            ["Overload__Waiting"] = $"{Waiting}",
            ["Overload__WaitSeconds"] = $"{WaitSeconds}",
            ["Api__CommandSeconds"] = $"{CommandSeconds}",
            ["RateLimits__PerKey__Requests"] = "0",
            ["RateLimits__PerAddress__Requests"] = "0",
        });
        using (var stop = new CancellationTokenSource(Length, TimeProvider.System))
        {
            var clients = Enumerable.Range(0, Clients).Select(_ => SubmitAsync(services.Client, stop.Token)).ToList();
            while (!stop.IsCancellationRequested)
            {
                // Whatever else is refused, who watches over the api is not.
                using var health = await services.Apis[0].Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            }

            await Task.WhenAll(clients);
        }

        var latencies = _accepted.Select(accepted => accepted.Took).Order().ToList();
        var slow = latencies[(int)(latencies.Count * 0.99)];
        output.WriteLine($"accepted {latencies.Count}, refused {_shed}, p50 {latencies[latencies.Count / 2].TotalMilliseconds:0} ms, p99 {slow.TotalMilliseconds:0} ms");
        Assert.Empty(_wrong.Take(5));
        Assert.True(_shed > latencies.Count / 10, "it was too much");
        Assert.InRange(slow, TimeSpan.Zero, SlowestAnswer);
        await AllFinishAsync(services.Client);
        Assert.All(services.All, BoundedMemory);
        await IsItselfAgainAsync(services.Client);
    }

    // None waits as long as he is told to.
    private async Task SubmitAsync(HttpClient client, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            var begun = TimeProvider.System.GetTimestamp();
            using var answer = await client.PostAsJsonAsync("/v1/batches", Batch, CancellationToken.None);
            var took = TimeProvider.System.GetElapsedTime(begun);
            var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                _accepted.Enqueue((JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!, took));
            }
            else if (IsRefusal(answer, text))
            {
                Interlocked.Increment(ref _shed);
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
            else
            {
                _wrong.Enqueue($"{(int)answer.StatusCode} {text}");
            }
        }
    }

    private static object Batch { get; } = new { commit = true, jobs = new[] { new { @namespace = "bench", action = "noop", @params = new { } } } };

    private static bool IsRefusal(HttpResponseMessage answer, string text) =>
        answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter.Delta: { TotalSeconds: >= 1 and <= 3 } }
        && answer.Content.Headers.ContentType is MediaTypeHeaderValue { MediaType: "application/problem+json" }
        && JsonDocument.Parse(text).RootElement.GetProperty("code").GetString() == ErrorCodes.Overloaded;

    private async Task AllFinishAsync(HttpClient client)
    {
        foreach (var (id, _) in _accepted)
        {
            await Eventually.Equal("Finished", async () => (await BatchAsync(client, id)).GetProperty("state").GetString(), timeout: TimeSpan.FromSeconds(120));
        }
    }

    private static async Task IsItselfAgainAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/v1/batches", Batch);
        var id = (await SamplePlatform.ReadAsync(answer)).GetProperty("id").GetString()!;
        await Eventually.Equal("Finished", async () => (await BatchAsync(client, id)).GetProperty("state").GetString());
    }

    private static async Task<JsonElement> BatchAsync(HttpClient client, string id) => await SamplePlatform.ReadAsync(await client.GetAsync($"/v1/batches/{id}"));

    private void BoundedMemory(ServiceProcess process)
    {
        var peak = File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var bytes = long.Parse(peak.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        output.WriteLine($"{process.Project}: {bytes / MebiByte} MiB at most");
        Assert.InRange(bytes, 1, MostBytes);
    }
}
