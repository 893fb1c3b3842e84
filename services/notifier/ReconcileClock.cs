using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>
/// Finds ended batches that want a callback and have no delivery: their event was lost in a crash. A batch that got its
/// callback only after it had ended is found by the same look, and its client is told too.
/// </summary>
public sealed class ReconcileClock(
    BatchStore store,
    OwedDeliveries owed,
    TimeProvider time,
    IOptions<NotifierOptions> options,
    ILogger<ReconcileClock> logger) : Clock(time, logger)
{
    // A page at a time, so that a long outage does not become one long query.
    private const int Page = 500;

    private readonly TimeProvider _time = time;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ReconcileSeconds);

    /// <summary>Owes what is missing; harmless while other notifiers do the same.</summary>
    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        // What ended within the last period is still on its way.
        var before = _time.GetUtcNow().UtcDateTime - Period;
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
}
