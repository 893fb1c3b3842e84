using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Slices;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Worker.Tests;

/// <summary>The worker as it is registered in its own process, on an in-memory bus with a fake orchestrator and a clock that stands still.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private readonly ConsumedSlices _consumed = new();
    private WebApplication? _app;

    public FakeClock Clock { get; } = new();

    public FakeOrchestrator Orchestrator { get; } = new();

    public IServiceProvider Services => _app!.Services;

    /// <summary>Slices in the worker's hands.</summary>
    public IReadOnlyList<HeldSlice> Held => [.. Services.GetRequiredService<HeldSlices>().All];

    /// <summary>Slice messages that were acknowledged.</summary>
    public int Acknowledged => _consumed.Count;

    /// <summary>When the worker has drained: what must be true before its bus goes.</summary>
    public Func<bool> MayStop { get; set; } = () => true;

    public static Task<WorkerHost> StartAsync(params Upstream[] upstreams) => StartAsync(_ => { }, upstreams);

    /// <summary>The same on RabbitMQ.</summary>
    public static Task<WorkerHost> StartAsync(RabbitVirtualHost rabbit, params Upstream[] upstreams) => StartAsync(
        builder =>
        {
            builder.Configuration["Bus:Transport"] = "RabbitMq";
            builder.Configuration["ConnectionStrings:Bus"] = rabbit.ConnectionString;
        },
        upstreams);

    /// <summary>The same with what a test adds to it.</summary>
    public static async Task<WorkerHost> StartAsync(Action<WebApplicationBuilder> configure, params Upstream[] upstreams)
    {
        var host = new WorkerHost();
        foreach (var upstream in upstreams)
        {
            host.Orchestrator.Upstreams[(upstream.Namespace, upstream.Version)] = upstream;
        }

        await host.StartAsync(configure);
        return host;
    }

    public Task PublishAsync<T>(T message)
        where T : class => Services.GetRequiredService<IBus>().Publish(message);

    public async Task SendAsync(RunSlice slice)
    {
        var endpoint = await Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{Queues.Slices}"));
        await endpoint.Send(slice);
    }

    /// <summary>Sends a slice and waits until the worker has given it up.</summary>
    public async Task RunAsync(RunSlice slice)
    {
        var before = Orchestrator.Reports.Count(report => report.Last);
        await SendAsync(slice);
        await Eventually.True(() => Orchestrator.Reports.Count(report => report.Last) > before);
    }

    public Task StopAsync() => _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        // What a test left hanging must not hold up the next.
        Services.GetRequiredService<HeldSlices>().Abort();
        await StopAsync();
        await _app!.DisposeAsync();
    }

    private async Task StartAsync(Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        configure(builder);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        // Stopping services run in reverse order: this one after the worker's.
        builder.Services.AddHostedService(_ => new KeepBus(this));
        builder.AddWorker();
        builder.Services.AddBus(builder.Configuration, WorkerSetup.Bus(builder.Configuration), Orchestrator.Bus());
        _app = builder.Build();
        Services.GetRequiredService<IBus>().ConnectConsumeMessageObserver(_consumed);
        await _app.StartAsync();
    }

    private sealed class ConsumedSlices : IConsumeMessageObserver<RunSlice>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task PreConsume(ConsumeContext<RunSlice> context) => Task.CompletedTask;

        public Task PostConsume(ConsumeContext<RunSlice> context)
        {
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }

        public Task ConsumeFault(ConsumeContext<RunSlice> context, Exception exception) => Task.CompletedTask;
    }

    /// <summary>Orchestrators outlive a worker; here they share its bus, so it must stay until they have read what the worker sent last.</summary>
    private sealed class KeepBus(WorkerHost host) : IHostedLifecycleService
    {
        public Task StoppingAsync(CancellationToken cancellationToken) => Eventually.True(() => host.MayStop());

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
