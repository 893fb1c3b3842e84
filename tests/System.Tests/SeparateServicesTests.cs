using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>The platform as it runs in production: separate processes, two of each, on a real RabbitMQ and PostgreSQL, through the gateway.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SeparateServicesTests(SamplePlatform platform)
{
    [Fact]
    public async Task A_batch_goes_through_the_gateway_and_every_job_has_its_result()
    {
        var id = await platform.SubmitAsync(jobs: 500);

        await platform.FinishedAsync(id);

        var results = await platform.ResultsAsync(id);
        Assert.Equal(Enumerable.Range(0, 500), results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.All(results, result => Assert.Equal("Completed", result.GetProperty("state").GetString()));
        Assert.All(results, result => Assert.True(result.GetProperty("response").GetProperty("matches").GetArrayLength() > 0));
    }

    [Fact]
    public async Task A_worker_killed_in_the_middle_loses_no_job_and_counts_none_twice()
    {
        const int Jobs = 3000;
        var id = await platform.SubmitAsync(Jobs);
        await Eventually.True(async () => (await platform.BatchAsync(id)).GetProperty("counts").GetProperty("completed").GetInt32() > Jobs / 10);

        platform.Services.Workers[0].Kill();
        Assert.NotEqual("Finished", (await platform.BatchAsync(id)).GetProperty("state").GetString());
        await platform.FinishedAsync(id);

        var results = await platform.ResultsAsync(id);
        Assert.Equal(Enumerable.Range(0, Jobs), results.Select(result => result.GetProperty("index").GetInt32()));
        var counts = (await platform.BatchAsync(id)).GetProperty("counts");
        Assert.Equal((Jobs, 0), (counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32()));
        await platform.Services.AddAsync("services/worker", platform.Services.Workers);
    }

    [Fact]
    public async Task An_orchestrator_killed_in_the_middle_loses_no_job_and_counts_none_twice()
    {
        const int Jobs = 3000;
        var id = await platform.SubmitAsync(Jobs);
        await Eventually.True(async () => (await platform.BatchAsync(id)).GetProperty("counts").GetProperty("completed").GetInt32() > Jobs / 10);

        platform.Services.Orchestrators[0].Kill();
        await platform.FinishedAsync(id);

        Assert.Equal(Enumerable.Range(0, Jobs), (await platform.ResultsAsync(id)).Select(result => result.GetProperty("index").GetInt32()));
        await platform.Services.AddAsync("services/orchestrator", platform.Services.Orchestrators);
    }

    [Fact]
    public async Task A_stopped_batch_is_started_again_and_runs_each_job_once()
    {
        const int Jobs = 5000; // Enough that some still wait when the stop arrives.
        var id = await platform.SubmitAsync(Jobs);
        await Eventually.True(async () => (await platform.BatchAsync(id)).GetProperty("counts").GetProperty("completed").GetInt32() > 0);

        await SamplePlatform.ReadAsync(await platform.Client.PostAsync($"/v1/batches/{id}/stop", content: null));
        await Eventually.True(async () => Out((await platform.BatchAsync(id)).GetProperty("counts")) == 0, "what was out comes back");
        var stopped = await platform.BatchAsync(id);
        Assert.Equal("Stopped", stopped.GetProperty("state").GetString());
        Assert.InRange(stopped.GetProperty("counts").GetProperty("pending").GetInt32(), 1, Jobs - 1);
        await SamplePlatform.ReadAsync(await platform.Client.PostAsync($"/v1/batches/{id}/start", content: null));
        await platform.FinishedAsync(id);

        var number = stopped.GetProperty("number").GetInt64();
        var calls = await platform.CallsAsync();
        Assert.All(Enumerable.Range(0, Jobs), index => Assert.Equal(1, calls[$"{number}-1-{index}"]));
    }

    [Fact]
    public async Task Queues_that_must_last_are_quorum_queues_with_names_a_person_understands()
    {
        var queues = (await platform.Services.Bus.Api.GetFromJsonAsync<JsonElement>($"queues/{platform.Services.Bus.Name}"))
            .EnumerateArray()
            .ToDictionary(queue => queue.GetProperty("name").GetString()!, queue => queue.GetProperty("type").GetString());

        string[] lasting = [Queues.BatchLifecycle, Queues.Slices, Queues.Outcomes, Queues.Leases, Queues.Notifier, Queues.ApiCleanup, Queues.OrchestratorCleanup];
        Assert.All(lasting, name => Assert.Equal("quorum", queues[name]));
    }

    [Theory]
    [InlineData("GET", "/v1/batches", HttpStatusCode.Unauthorized, ErrorCodes.Unauthenticated)]
    [InlineData("GET", "/nothing/here", HttpStatusCode.NotFound, ErrorCodes.NotFound)]
    public async Task The_gateway_answers_problems(string method, string path, HttpStatusCode status, string code)
    {
        using var stranger = new HttpClient { BaseAddress = platform.Client.BaseAddress };

        using var answer = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    private static int Out(JsonElement counts) => counts.GetProperty("queued").GetInt32() + counts.GetProperty("processing").GetInt32();
}
