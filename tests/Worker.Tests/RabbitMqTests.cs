using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Slices;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Worker.Tests;

/// <summary>What an in-memory bus cannot show: queues, confirmations and stopping on a real broker.</summary>
public sealed class RabbitMqTests(RabbitVirtualHost rabbit) : IClassFixture<RabbitVirtualHost>
{
    [Fact]
    public async Task Slices_run_leases_are_kept_and_a_worker_that_stops_drains_while_the_bus_is_up()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(rabbit, upstream.Definition(), Given.Bench);
        worker.MayStop = () => worker.Orchestrator.Reports.Count(report => report.Last) == 2;
        await worker.RunAsync(Given.Slice(jobs: 500, ns: "bench", action: "noop"));
        await worker.SendAsync(Given.Slice(jobs: 3) with { MustAsk = true });
        await Eventually.Equal(1, () => upstream.InFlight);

        var stop = worker.StopAsync();
        await Eventually.True(() => worker.Held.All(held => !held.MayBegin));
        await worker.Services.GetRequiredService<Heartbeats>().SendAsync(worker.Held, CancellationToken.None);
        Assert.Equal(2, worker.Orchestrator.Heartbeats.Count);
        gate.Open();
        await stop;

        Assert.Equal(501, worker.Orchestrator.Outcomes.Count);
        Assert.Single(upstream.Calls);
        Assert.Empty(await QueuesWithErrorsAsync());
    }

    [Fact]
    public async Task A_slice_that_was_parked_and_put_back_is_asked_for_before_it_is_run()
    {
        await using var worker = await WorkerHost.StartAsync(rabbit, Given.Bench);
        var slice = Given.Slice(jobs: 3, ns: "bench", action: "noop");
        var workers = await worker.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{Queues.Slices}"));

        await workers.Send(slice, context => context.Headers.Set(Queues.RedrivenHeader, true));

        await Eventually.True(() => worker.Orchestrator.GotLast);
        Assert.Equal([slice.SliceId], worker.Orchestrator.Heartbeats.SelectMany(heartbeat => heartbeat.Slices));
    }

    [Fact]
    public async Task A_stop_reaches_the_worker()
    {
        using var gate = new Gate();
        await using var upstream = await TestUpstream.StartAsync(gate.AnswerAsync);
        await using var worker = await WorkerHost.StartAsync(rabbit, upstream.Definition());
        var slice = Given.Slice(jobs: 3);
        await worker.SendAsync(slice);
        await Eventually.Equal(1, () => upstream.InFlight);

        await worker.PublishAsync(new StopRun(slice.BatchId, slice.Run, slice.Epoch, Abort: true));

        await Eventually.True(() => worker.Orchestrator.GotLast);
        Assert.Empty(worker.Orchestrator.Outcomes);
    }

    private async Task<IEnumerable<string>> QueuesWithErrorsAsync()
    {
        var queues = await rabbit.Api.GetFromJsonAsync<JsonElement[]>(new Uri($"queues/{rabbit.Name}", UriKind.Relative));
        return queues!
            .Where(queue => queue.TryGetProperty("messages", out var messages) && messages.GetInt32() > 0)
            .Select(queue => queue.GetProperty("name").GetString()!)
            .Where(name => name.EndsWith("_error", StringComparison.Ordinal));
    }
}
