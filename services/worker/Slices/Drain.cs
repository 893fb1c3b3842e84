using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Slices;

/// <summary>
/// Ends the worker in order: while the bus is still up, no more slices are taken and no more jobs begun; calls in flight get the
/// drain time; then everything is reported, and what is left is handed back.
/// </summary>
internal sealed partial class Drain(
    SliceQueue queue,
    HeldSlices slices,
    Announcer announcer,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<Drain> logger) : IHostedLifecycleService
{
    /// <summary>Runs before any hosted service is stopped, so heartbeats and reports still leave.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        slices.Drain();
        await using var limit = time.CreateTimer(_ => Abort(), null, options.Value.DrainTimeout, Timeout.InfiniteTimeSpan);
        await announcer.LeaveAsync(cancellationToken);
        await queue.CloseAsync(cancellationToken);
        await slices.WhenEndedAsync().WaitAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Abort()
    {
        Log.OutOfTime(logger);
        slices.Abort();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Calls in flight did not end within the drain time; their jobs are handed back")]
        public static partial void OutOfTime(ILogger logger);
    }
}
