using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>Some of each service behind a gateway, and the sample upstream, which takes its time so that faults find work in flight.</summary>
public sealed class SamplePlatform : IAsyncLifetime
{
    private readonly string _log = Path.Combine(Path.GetTempPath(), $"calls-{Guid.NewGuid():N}.ndjson");
    private ServiceProcess _upstream = null!;

    /// <summary>How many there are of each service.</summary>
    public int Instances { get; init; } = 2;

    public Deployment Services { get; private set; } = null!;

    public HttpClient Client => Services.Client;

    public async Task InitializeAsync()
    {
        _upstream = await Samples.StartUpstreamAsync(_log);
        Services = await Deployment.StartAsync(Instances, Samples.Settings(_upstream.BaseAddress));
    }

    public async Task DisposeAsync()
    {
        await Services.DisposeAsync();
        await _upstream.DisposeAsync();
        File.Delete(_log);
    }

    /// <summary>How often the upstream was called with each idempotency key.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CallsAsync()
    {
        var lines = await File.ReadAllLinesAsync(_log);
        return lines
            .Where(line => line.Length > 0)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("idempotency_key").GetString()!)
            .GroupBy(key => key)
            .ToDictionary(group => group.Key, group => group.Count());
    }

    /// <summary>Creates a batch, adds so many look-ups, and commits it.</summary>
    public async Task<string> SubmitAsync(int jobs)
    {
        var created = await Client.PostAsJsonAsync("/v1/batches", new { name = "places" });
        var id = (await ReadAsync(created)).GetProperty("id").GetString()!;
        using var lines = new StringContent(Samples.Lines(jobs), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        Assert.Equal(jobs, (await ReadAsync(await Client.PostAsync($"/v1/batches/{id}/jobs", lines))).GetProperty("appended").GetInt32());
        await ReadAsync(await Client.PostAsync($"/v1/batches/{id}/commit", content: null));
        return id;
    }

    public async Task<JsonElement> BatchAsync(string id) => await ReadAsync(await Client.GetAsync($"/v1/batches/{id}"));

    public async Task FinishedAsync(string id, int timeoutSeconds = 120) => await Eventually.True(
        async () => (await BatchAsync(id)).GetProperty("state").GetString() == "Finished",
        timeout: TimeSpan.FromSeconds(timeoutSeconds));

    /// <summary>The result lines, each of another job.</summary>
    public async Task<List<JsonElement>> ResultsAsync(string id)
    {
        var text = await Client.GetStringAsync($"/v1/batches/{id}/results?format=ndjson");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}

/// <summary>Tests that share one platform, one after the other: starting eight services takes longer than most of them.</summary>
[CollectionDefinition(nameof(OnePlatform))]
public sealed class OnePlatform : ICollectionFixture<SamplePlatform>;
