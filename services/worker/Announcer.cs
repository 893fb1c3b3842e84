using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker;

/// <summary>Tells the orchestrators that this worker is there and how much it takes: at start, then in each period, and when asked.</summary>
internal sealed partial class Announcer(
    IBus bus,
    WorkerIdentity identity,
    IOptions<WorkerOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Announcer> logger) : BackgroundService
{
    private volatile int _slots = options.Value.Slots;

    /// <summary>Announces that nothing more is taken, and falls silent.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        _slots = 0;
        return AnnounceAsync(cancellationToken);
    }

    /// <summary>Announces once. What the broker does not take is said again in the next period.</summary>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await bus.Publish(new WorkerAnnounced(identity.Id, _slots), cancellationToken).OrTimeoutAsync(time, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotAnnounced(logger, error);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The bus is there once every hosted service has started.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        using var timer = new PeriodicTimer(options.Value.HeartbeatPeriod, time);
        do
        {
            await AnnounceAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken) && _slots > 0);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The worker could not announce itself; trying again")]
        public static partial void NotAnnounced(ILogger logger, Exception error);
    }
}

/// <summary>An orchestrator that has just started knows no workers and asks for them.</summary>
internal sealed class AnnounceWorkersConsumer(Announcer announcer) : IConsumer<AnnounceWorkers>
{
    public Task Consume(ConsumeContext<AnnounceWorkers> context) => announcer.AnnounceAsync(context.CancellationToken);
}
