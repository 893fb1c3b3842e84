using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>
/// Finds ended batches that want a callback and have no delivery: their event was lost in a crash. A batch that got its
/// callback only after it had ended is found by the same look, and its client is told too.
/// </summary>
public sealed partial class ReconcileClock(
    BatchStore store,
    OwedDeliveries owed,
    TimeProvider time,
    IOptions<NotifierOptions> options,
    ILogger<ReconcileClock> logger) : BackgroundService
{
    // A page at a time, so that a long outage does not become one long query.
    private const int Page = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.ReconcileSeconds), time);
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

    /// <summary>Owes what is missing; harmless while other notifiers do the same.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        // What ended within the last period is still on its way.
        var before = time.GetUtcNow().UtcDateTime.AddSeconds(-options.Value.ReconcileSeconds);
        await using var db = store.Read();
        var missing = await db.Batches
            .Where(batch => batch.CurrentState == nameof(BatchState.Finished) || (batch.CurrentState == nameof(BatchState.Stopped) && !batch.StopOwed))
            .Where(batch => batch.Callback != null && batch.DeletedAt == null && batch.EndedAt < before)
            .Where(batch => !db.Deliveries.Any(row => row.Batch == batch.Number && row.Run == batch.Run && row.Epoch == batch.Epoch && row.Seq == Delivery.EndSeq))
            .OrderBy(batch => batch.Number)
            .Take(Page)
            .Select(batch => new { batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, batch.CurrentState, batch.EndedAt })
            .ToListAsync(cancellationToken);
        foreach (var batch in missing)
        {
            var state = Enum.Parse<BatchState>(batch.CurrentState);
            await owed.OweAsync(
                new BatchEnded(batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, state, batch.EndedAt!.Value),
                cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Ended batches could not be looked through; trying again")]
        public static partial void TickFailed(ILogger logger, Exception error);
    }
}
