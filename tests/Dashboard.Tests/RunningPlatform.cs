using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Testing;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>The standalone program with a sample upstream, and batches of every kind in it.</summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    /// <summary>An admin's key.</summary>
    public const string Key = "an-admin-key-for-tests-only";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] SlowOnes = ["billing", "crm", "inventory", "mailer"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dashboard-tests-");
    private ServiceProcess _upstream = null!;
    private ServiceProcess _standalone = null!;
    private int _slowOnes;

    /// <summary>Calls the API with <see cref="Key"/>.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Where the API is, and below it the dashboard.</summary>
    public Uri Address => _standalone.BaseAddress;

    /// <summary>All that the platform has written to the console.</summary>
    public string Log => _standalone.Output;

    /// <summary>A batch whose jobs were all completed.</summary>
    public string Finished { get; private set; } = "";

    /// <summary>A batch with failed jobs, and a callback that could not be delivered.</summary>
    public string Failed { get; private set; } = "";

    /// <summary>A batch that runs for many minutes.</summary>
    public string Running { get; private set; } = "";

    /// <summary>A key of another tenant that may only read.</summary>
    public string ReaderKey { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _upstream = await Samples.StartUpstreamAsync(Path.Combine(_folder.FullName, "calls.ndjson"));
        var upstreams = Path.Combine(_folder.FullName, "upstreams.json");
        await File.WriteAllTextAsync(upstreams, Definitions(_upstream.BaseAddress).ToJsonString());
        var settings = new Dictionary<string, string?>
        {
            ["Admin__Key"] = Key,
            ["Callbacks__AllowLoopback"] = "true",
            ["Dashboard__RefreshSeconds"] = "1",
            ["Logging__LogLevel__Default"] = "Information",
        };
        _standalone = await ServiceProcess.StartAsync("services/standalone", settings, ["--data", Path.Combine(_folder.FullName, "data"), "--upstreams", upstreams], timeout: Patience);
        Client = ClientWith(Key);
        await FillAsync();
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _standalone.DisposeAsync();
        await _upstream.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Asks the API.</summary>
    public Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Creates a batch and runs it if it says so; returns its id.</summary>
    public async Task<string> CreateAsync(JsonObject batch) => (await PostAsync("/v1/batches", batch)).GetProperty("id").GetString()!;

    /// <summary>An upstream that is called twice a second at most, each for one batch: on such a one, batches wait for each other.</summary>
    public string NextSlowUpstream() => SlowOnes[Interlocked.Increment(ref _slowOnes) - 1];

    /// <summary>A job for each name.</summary>
    public static JsonArray LookUps(string ns, params IEnumerable<string> names) =>
        [.. names.Select(name => new JsonObject { ["namespace"] = ns, ["action"] = "lookup", ["params"] = new JsonObject { ["name"] = name } })];

    /// <summary>Waits until a batch is in a state.</summary>
    public Task StateAsync(string batch, string state) =>
        Eventually.Equal(state, async () => (await GetAsync($"/v1/batches/{batch}")).GetProperty("state").GetString(), timeout: Patience);

    private async Task FillAsync()
    {
        var places = await File.ReadAllLinesAsync(Path.Combine(RepositoryPaths.Root, "samples", "places.ndjson"));
        var names = places.Take(400).Select(line => JsonNode.Parse(line)!["params"]!["name"]!.GetValue<string>()).ToList();
        Finished = await CreateAsync(new JsonObject { ["name"] = "Places of the week", ["commit"] = true, ["jobs"] = LookUps("places", names) });
        Failed = await CreateAsync(new JsonObject
        {
            ["name"] = "Venues from the import",
            ["commit"] = true,
            ["callback"] = new JsonObject { ["url"] = $"http://127.0.0.1:{LoopbackPort.Next()}/ended" },
            ["jobs"] = LookUps("places", [.. names.Take(180), .. Enumerable.Range(1, 6).Select(number => $"No such venue {number}")]),
        });
        Running = await CreateAsync(new JsonObject { ["name"] = "Nightly geocoding", ["commit"] = true, ["jobs"] = LookUps("geocoder", names) });
        await CreateAsync(new JsonObject
        {
            ["name"] = "Weekly digest",
            ["schedule"] = new JsonObject { ["kind"] = "weekly", ["days_of_week"] = new JsonArray(1, 3, 5), ["hours"] = new JsonArray(6, 18), ["time_zone"] = "Europe/Lisbon" },
            ["jobs"] = LookUps("places", names.Take(20)),
        });
        ReaderKey = await KeyAsync("reports", "read");
        await StateAsync(Finished, "Finished");
        await StateAsync(Failed, "Finished");
    }

    /// <summary>Asks the API for another tenant.</summary>
    public async Task<HttpClient> TenantAsync(string tenant) => ClientWith(await KeyAsync(tenant, "read", "write"));

    private async Task<string> KeyAsync(string tenant, params string[] scopes) =>
        (await PostAsync("/v1/keys", new JsonObject { ["tenant"] = tenant, ["name"] = tenant, ["scopes"] = new JsonArray([.. scopes]) })).GetProperty("key").GetString()!;

    private async Task<JsonElement> PostAsync(string path, JsonObject body)
    {
        using var answer = await Client.PostAsJsonAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private HttpClient ClientWith(string key)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static JsonObject Definitions(Uri upstream)
    {
        var all = Samples.Definitions(upstream);
        var definitions = new JsonObject { ["geocoder"] = Slow(upstream), ["places"] = all["places"]!.DeepClone(), ["event"] = all["event"]!.DeepClone() };
        foreach (var slow in SlowOnes)
        {
            definitions[slow] = Slow(upstream);
        }

        return definitions;
    }

    // By its limits.
    private static JsonNode Slow(Uri upstream)
    {
        var slow = Samples.Definitions(upstream)["places"]!.DeepClone();
        slow["limits"] = new JsonObject { ["requests_per_second"] = 2, ["concurrency"] = 4 };
        return slow;
    }
}
