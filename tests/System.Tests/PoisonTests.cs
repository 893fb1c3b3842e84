using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>A job that takes down each worker that begins it.</summary>
public sealed class PoisonTests : IAsyncLifetime
{
    private const int Jobs = 6;
    private const int Poison = 4;

    private readonly SemaphoreSlim _killed = new(0);
    private WebApplication _upstream = null!;
    private Deployment _services = null!;
    private int _deaths;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _upstream = builder.Build();
        _upstream.Run(AnswerAsync);
        await _upstream.StartAsync();
        _services = await Deployment.StartAsync(instances: 1, new Dictionary<string, string?>
        {
            ["Orchestrator__MaxLost"] = "3",
            ["Orchestrator__LeaseSeconds"] = "2",
            ["Worker__Lease"] = "00:00:01.5",
            ["Worker__HeartbeatPeriod"] = "00:00:00.5",
            ["Upstreams__fatal__base_url"] = _upstream.Urls.Single(),
            ["Upstreams__fatal__actions__call__method"] = "GET",
            ["Upstreams__fatal__actions__call__path"] = "/{n}",
        });
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _upstream.DisposeAsync();
        _killed.Dispose();
    }

    [Fact]
    public async Task It_fails_after_a_bounded_number_of_them_and_the_batch_ends()
    {
        var jobs = Enumerable.Range(0, Jobs).Select(n => new { @namespace = "fatal", action = "call", @params = new { n } });
        var created = await SamplePlatform.ReadAsync(await _services.Client.PostAsJsonAsync("/v1/batches", new { commit = true, jobs }));
        var id = created.GetProperty("id").GetString();

        JsonElement batch = default;
        await Eventually.True(
            async () =>
            {
                await ReplaceTheDeadAsync();
                batch = await SamplePlatform.ReadAsync(await _services.Client.GetAsync($"/v1/batches/{id}"));
                return batch.GetProperty("state").GetString() == nameof(BatchState.Finished);
            },
            timeout: TimeSpan.FromMinutes(2));

        var counts = batch.GetProperty("counts");
        Assert.Equal((Jobs - 1, 1), (counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32()));
        var failed = await SamplePlatform.ReadAsync(await _services.Client.GetAsync($"/v1/batches/{id}/results?state=Failed"));
        var result = Assert.Single(failed.EnumerateArray());
        Assert.Equal((Poison, ErrorCodes.WorkerLost), (result.GetProperty("index").GetInt32(), result.GetProperty("error").GetProperty("code").GetString()));
        Assert.InRange(_deaths, 3, 12);
    }

    // What looks like a crash to everybody else: in the middle of the job its worker is gone.
    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == $"/{Poison}")
        {
            _deaths++;
            _services.Workers[^1].Kill();
            _killed.Release();
            return;
        }

        await context.Response.WriteAsJsonAsync(new { ok = true });
    }

    private async Task ReplaceTheDeadAsync()
    {
        if (await _killed.WaitAsync(0))
        {
            await _services.AddAsync("services/worker", _services.Workers);
        }
    }
}
