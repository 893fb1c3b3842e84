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

    /// <summary>Ends one of a service in order, as an operator would, and starts it anew where it was.</summary>
    /// <returns>How long it took to end.</returns>
    public async Task<TimeSpan> RestartAsync(List<ServiceProcess> service, ServiceProcess process)
    {
        var took = await EndAsync(process);
        service.Remove(process);
        await Services.AddAsync(process.Project, service, process.Port);
        await process.DisposeAsync();
        return took;
    }

    /// <summary>Sends SIGTERM and sees that the process ends with code 0 within the time that is promised.</summary>
    public static async Task<TimeSpan> EndAsync(ServiceProcess process)
    {
        var begun = TimeProvider.System.GetTimestamp();
        process.Terminate();
        Assert.True(await process.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0, process.Output);
        var took = TimeProvider.System.GetElapsedTime(begun);
        Assert.True(took < TimeSpan.FromSeconds(30), $"{process.Project} took {took} to end:\n{process.Output}");
        return took;
    }

    /// <summary>Creates a batch, adds so many look-ups, and commits it.</summary>
    /// <param name="jobs">How many.</param>
    /// <param name="perSecond">Calls a second at most; 0: as many as can be made.</param>
    public async Task<string> SubmitAsync(int jobs, int perSecond = 0)
    {
        var created = await Client.PostAsJsonAsync("/v1/batches", new { name = "places", options = new { limits = new { requests_per_second = perSecond } } });
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

/// <summary>Tests that measure times, or load the machine to its limits: with nothing beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>The same on one platform, for tests that leave it whole: starting eight services takes longer than most of them.</summary>
[CollectionDefinition(nameof(AloneOnOnePlatform), DisableParallelization = true)]
public sealed class AloneOnOnePlatform : ICollectionFixture<SamplePlatform>;
