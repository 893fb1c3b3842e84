using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Defaults;

/// <summary>Does something again and again; a failure is logged and tried again at the next tick.</summary>
public abstract partial class Clock(TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Time between two ticks.</summary>
    protected abstract TimeSpan Period { get; }

    /// <summary>One tick's work; idempotent, and harmless while other processes do the same.</summary>
    public abstract Task TickAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                await TickAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                OnFailure();
                Log.TickFailed(logger, GetType().Name, error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Called when a tick failed.</summary>
    protected virtual void OnFailure()
    {
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Clock} failed; trying again at its next tick")]
        public static partial void TickFailed(ILogger logger, string clock, Exception error);
    }
}
