using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>Owes <c>batch.progress</c> for batches that run and asked for it, when anything has happened since the last.</summary>
public sealed partial class ProgressClock(
    BatchStore store,
    NewsDesk desk,
    OwedDeliveries owed,
    TimeProvider time,
    IOptions<NotifierOptions> options,
    ILogger<ProgressClock> logger) : BackgroundService
{
    private const int Page = 500;

    private TimeSpan Period => TimeSpan.FromSeconds(options.Value.ProgressSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TickAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.TickFailed(logger, error);
            }
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        var after = 0L;
        int found;
        do
        {
            await using var db = store.Read();
            var running = await db.Batches
                .Where(batch => batch.CurrentState == nameof(BatchState.Running) && batch.Callback != null && batch.Number > after)
                .OrderBy(batch => batch.Number)
                .Take(Page)
                .Select(batch => new { batch.CorrelationId, batch.Number, batch.Run, batch.Epoch, batch.Callback })
                .ToListAsync(cancellationToken);
            foreach (var batch in running.Where(batch => batch.Callback!.Progress))
            {
                await OweAsync(batch.CorrelationId, batch.Run, batch.Epoch, cancellationToken);
            }

            found = running.Count;
            after = found == 0 ? after : running[^1].Number;
        }
        while (found == Page);
    }

    private async Task OweAsync(Guid batchId, int run, int epoch, CancellationToken cancellationToken)
    {
        if (await desk.OfProgressAsync(batchId, run, epoch, cancellationToken) is not { Runs: [.., var last] } news || await WasToldAsync(news, cancellationToken))
        {
            return;
        }

        // What it tells is what it is known by, so that the same is never told twice.
        if (last.Completed + last.Failed is var outcomes and > 0)
        {
            await owed.OweAsync(news, outcomes, cancellationToken);
        }
    }

    // By another notifier, whose clock ticks between the ticks of this one.
    private async Task<bool> WasToldAsync(BatchNews news, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow().UtcDateTime - (Period / 2);
        await using var db = store.Read();
        return await db.Deliveries.AnyAsync(row => row.Batch == news.Batch.Number && row.Run == news.Run && row.Epoch == news.Epoch && row.CreatedAt > since, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Running batches could not be looked through; trying again")]
        public static partial void TickFailed(ILogger logger, Exception error);
    }
}
