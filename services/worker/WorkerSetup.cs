using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Worker.Handlers;
using BatchPlatform.Worker.Secrets;
using BatchPlatform.Worker.Slices;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Auth;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker;

/// <summary>The worker's registrations, the same in its own process and in the standalone host. It needs the bus and nothing else.</summary>
public static class WorkerSetup
{
    // What the rest of the process needs to stop after the calls in flight have ended.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(10);

    /// <summary>Registers what runs slices. The section <c>Worker</c> is <see cref="WorkerOptions"/>; a bad value fails the start.</summary>
    public static WebApplicationBuilder AddWorker(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SecretsOptions>()
            .Configure<IConfiguration>((options, configuration) => options.Read(configuration.GetSection(SecretsOptions.Section)))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecretsOptions>, SecretsOptions.Validator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<SliceQueue>();
        services.AddSingleton<StoppedRuns>();
        services.AddSingleton<HeldSlices>();
        services.AddSingleton<Heartbeats>();
        services.AddSingleton<Credentials>();
        services.AddSingleton<JobHandlers>();
        services.AddSingleton<UpstreamLoader>();
        services.AddSingleton<UpstreamCache>();
        services.AddSingleton<SliceRunner>();
        services.AddSingleton<Announcer>();
        services.AddHostedService(provider => provider.GetRequiredService<Announcer>());
        services.AddHostedService(provider => provider.GetRequiredService<Heartbeats>());
        services.AddHostedService<Drain>();
        services.AddJobHandler<NoopHandler>("bench", "noop");
        services.AddOptions<HostOptions>().PostConfigure<IOptions<WorkerOptions>>(LeaveTimeToDrain);
        return builder;
    }

    /// <summary>The worker's queues: slices, shared by all workers, and what every worker must hear.</summary>
    public static BusPart Bus(IConfiguration configuration) => new(
        bus =>
        {
            bus.AddConsumer<SliceConsumer>();
            bus.AddConsumer<StopRunConsumer>();
            bus.AddConsumer<LeaveUpstreamConsumer>();
            bus.AddConsumer<AnnounceWorkersConsumer>();
        },
        (context, queues) =>
        {
            queues.Durable(Queues.Slices, context.GetRequiredService<IOptions<WorkerOptions>>().Value.Slots, endpoint =>
            {
                endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<SliceQueue>());
                endpoint.ConfigureConsumer<SliceConsumer>(context);
            });
            queues.Broadcast("worker", endpoint =>
            {
                endpoint.ConfigureConsumer<StopRunConsumer>(context);
                endpoint.ConfigureConsumer<LeaveUpstreamConsumer>(context);
                endpoint.ConfigureConsumer<AnnounceWorkersConsumer>(context);
            });
        });

    private static void LeaveTimeToDrain(HostOptions host, IOptions<WorkerOptions> worker)
    {
        var needed = worker.Value.DrainTimeout + StopMargin;
        host.ShutdownTimeout = host.ShutdownTimeout > needed ? host.ShutdownTimeout : needed;
    }
}
