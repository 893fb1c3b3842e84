using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>Who gets how much of an upstream that several tenants want at once.</summary>
public sealed class FairnessTests(FairnessTests.Platform platform) : IClassFixture<FairnessTests.Platform>
{
    private const int CallsAtOnce = 6;
    private const string Job = """{"namespace":"places","action":"lookup","params":{"name":"Paris","country":"FR"}}""";

    [Fact]
    public async Task Ten_jobs_are_not_stuck_behind_a_hundred_thousand_of_another_tenant()
    {
        var (big, small) = (await TenantAsync("big"), await TenantAsync("small"));
        await TimeAsync(small); // the first batch finds everything cold
        var alone = await TimeAsync(small);

        var other = await SubmitAsync(big, jobs: 100_000);
        await Eventually.True(async () => await CompletedAsync(big, other) > 500);
        var beside = await TimeAsync(small);

        Assert.Equal("Running", (await BatchAsync(big, other)).GetProperty("state").GetString());
        Assert.True(beside <= (2 * alone) + TimeSpan.FromSeconds(1), $"{beside} beside the other's batch, {alone} alone");
        await SamplePlatform.ReadAsync(await big.PostAsync($"/v1/batches/{other}/stop", content: null));
    }

    [Fact]
    public async Task Tenants_get_their_weights_worth()
    {
        const int HeaviestDoes = 2400;
        var weights = new[] { 3, 2, 1 };
        var tenants = await Task.WhenAll(weights.Select(weight => TenantAsync($"weight{weight}", weight)));

        // The first waits for the others, so that all of them begin together.
        await PauseAsync(paused: true);
        var batches = await Task.WhenAll(tenants.Select(tenant => SubmitAsync(tenant, jobs: 2 * HeaviestDoes)));
        await PauseAsync(paused: false);
        await Eventually.True(async () => await CompletedAsync(tenants[0], batches[0]) >= HeaviestDoes, timeout: TimeSpan.FromSeconds(90));
        var done = await Task.WhenAll(tenants.Zip(batches, CompletedAsync));

        var share = done.Sum() / (double)weights.Sum();
        Assert.All(done.Zip(weights), tenant => Assert.InRange(tenant.First, tenant.Second * share * 0.9, tenant.Second * share * 1.1));
    }

    private async Task<HttpClient> TenantAsync(string name, double weight = 1)
    {
        await SamplePlatform.ReadAsync(await platform.Services.Client.PutAsJsonAsync($"/v1/tenants/{name}", new { weight }));
        return await platform.Services.ClientOfAsync(name);
    }

    private async Task PauseAsync(bool paused) =>
        await SamplePlatform.ReadAsync(await platform.Services.Client.PostAsync($"/v1/upstreams/places/{(paused ? "pause" : "resume")}", content: null));

    private static async Task<string> SubmitAsync(HttpClient tenant, int jobs)
    {
        var id = (await SamplePlatform.ReadAsync(await tenant.PostAsJsonAsync("/v1/batches", new { }))).GetProperty("id").GetString()!;
        using var lines = new StringContent(string.Join('\n', Enumerable.Repeat(Job, jobs)), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        await SamplePlatform.ReadAsync(await tenant.PostAsync($"/v1/batches/{id}/jobs", lines));
        await SamplePlatform.ReadAsync(await tenant.PostAsync($"/v1/batches/{id}/commit", content: null));
        return id;
    }

    private static async Task<TimeSpan> TimeAsync(HttpClient tenant)
    {
        var clock = Stopwatch.StartNew();
        var id = await SubmitAsync(tenant, jobs: 10);
        await Eventually.True(async () => (await BatchAsync(tenant, id)).GetProperty("state").GetString() == "Finished");
        return clock.Elapsed;
    }

    private static async Task<int> CompletedAsync(HttpClient tenant, string id) =>
        (await BatchAsync(tenant, id)).GetProperty("counts").GetProperty("completed").GetInt32();

    private static async Task<JsonElement> BatchAsync(HttpClient tenant, string id) =>
        await SamplePlatform.ReadAsync(await tenant.GetAsync($"/v1/batches/{id}"));

    /// <summary>One of each service, and an upstream that takes few calls at once.</summary>
    public sealed class Platform : IAsyncLifetime
    {
        private ServiceProcess _upstream = null!;

        public Deployment Services { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _upstream = await ServiceProcess.LaunchAsync("samples", new Dictionary<string, string?> { ["Sample__LatencyMilliseconds"] = "20" });
            await Eventually.True(async () => (await _upstream.Client.GetAsync("/health/live")).IsSuccessStatusCode);
            Services = await Deployment.StartAsync();
            await SamplePlatform.ReadAsync(await Services.Client.PutAsJsonAsync("/v1/upstreams/places", new
            {
                base_url = _upstream.BaseAddress.ToString().TrimEnd('/'),
                limits = new { concurrency = CallsAtOnce },
                actions = new { lookup = new { method = "GET", path = "/places/lookup", @params = new { name = "query", country = "query" }, body = "none" } },
            }));
        }

        public async Task DisposeAsync()
        {
            await Services.DisposeAsync();
            await _upstream.DisposeAsync();
        }
    }
}
