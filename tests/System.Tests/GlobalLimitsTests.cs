using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>An upstream's limits hold across workers, orchestrators and batches: judged by the upstream's own log.</summary>
public sealed class GlobalLimitsTests : IAsyncLifetime
{
    private const int CallsPerSecond = 50;
    private const int CallsAtOnce = 8;
    private const int Batches = 10;
    private const int JobsPerBatch = 40;

    private readonly string _log = Path.Combine(Path.GetTempPath(), $"calls-{Guid.NewGuid():N}.ndjson");
    private ServiceProcess _upstream = null!;
    private Deployment _services = null!;

    public async Task InitializeAsync()
    {
        _upstream = await ServiceProcess.LaunchAsync("samples", new Dictionary<string, string?> { ["Sample__LatencyMilliseconds"] = "50", ["Sample__LogFile"] = _log });
        await Eventually.True(async () => (await _upstream.Client.GetAsync("/health/live")).IsSuccessStatusCode);
        _services = await Deployment.StartAsync(instances: 2);
        await _services.AddAsync("services/worker", _services.Workers);
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _upstream.DisposeAsync();
        File.Delete(_log);
    }

    [Fact]
    public async Task Three_workers_and_ten_batches_never_exceed_what_an_upstream_allows()
    {
        await DefineAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, Batches).Select(_ => SubmitAsync()));
        foreach (var id in ids)
        {
            await Eventually.True(async () => await StateAsync(id) == "Finished", timeout: TimeSpan.FromSeconds(90));
        }

        var calls = await CallsAsync();
        Assert.Equal(Batches * JobsPerBatch, calls.Count);
        Assert.InRange(MostWithinASecond([.. calls.Select(call => call.Start)]), CallsPerSecond / 2, CallsPerSecond);
        Assert.InRange(MostAtOnce(calls), 2, CallsAtOnce);
    }

    private async Task DefineAsync() =>
        await SamplePlatform.ReadAsync(await _services.Client.PutAsJsonAsync("/v1/upstreams/places", new
        {
            base_url = _upstream.BaseAddress.ToString().TrimEnd('/'),
            limits = new { requests_per_second = CallsPerSecond, concurrency = CallsAtOnce },
            actions = new { lookup = new { method = "GET", path = "/places/lookup", @params = new { name = "query", country = "query" }, body = "none" } },
        }));

    private async Task<string> SubmitAsync()
    {
        var jobs = Enumerable.Range(0, JobsPerBatch).Select(_ => new { @namespace = "places", action = "lookup", @params = new { name = "Paris", country = "FR" } });
        var created = await SamplePlatform.ReadAsync(await _services.Client.PostAsJsonAsync("/v1/batches", new { commit = true, jobs }));
        return created.GetProperty("id").GetString()!;
    }

    private async Task<string?> StateAsync(string id) =>
        (await SamplePlatform.ReadAsync(await _services.Client.GetAsync($"/v1/batches/{id}"))).GetProperty("state").GetString();

    // A call's line is written a moment after its answer.
    private async Task<List<Call>> CallsAsync()
    {
        await Eventually.Equal(Batches * JobsPerBatch, async () => (await File.ReadAllLinesAsync(_log)).Length);
        return [.. (await File.ReadAllLinesAsync(_log)).Select(line => JsonDocument.Parse(line).RootElement).Select(line => new Call(Time(line, "start"), Time(line, "end")))];
    }

    private static DateTimeOffset Time(JsonElement line, string member) => DateTimeOffset.Parse(line.GetProperty(member).GetString()!, CultureInfo.InvariantCulture);

    private static int MostWithinASecond(List<DateTimeOffset> starts)
    {
        starts.Sort();
        var (most, first) = (0, 0);
        for (var last = 0; last < starts.Count; last++)
        {
            while (starts[last] - starts[first] >= TimeSpan.FromSeconds(1))
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    private static int MostAtOnce(List<Call> calls)
    {
        var (most, now) = (0, 0);
        foreach (var (_, change) in calls.SelectMany(call => new[] { (call.Start, 1), (call.End, -1) }).OrderBy(step => step.Item1).ThenBy(step => step.Item2))
        {
            now += change;
            most = Math.Max(most, now);
        }

        return most;
    }

    private sealed record Call(DateTimeOffset Start, DateTimeOffset End);
}
