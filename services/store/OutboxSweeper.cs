using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>Removes confirmed messages from the outbox and publishes what a crash left there.</summary>
public sealed partial class OutboxSweeper(BatchStore store, OutboxRelay relay, TimeProvider time, ILogger<OutboxSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await relay.SweepAsync(store, Age, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.SweepFailed(logger, error);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be swept; trying again")]
        public static partial void SweepFailed(ILogger logger, Exception error);
    }
}
