using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>
/// Finds ended batches that want a callback and have no delivery: their event was lost in a crash. A batch that got its
/// callback only after it had ended is found by the same look, and its client is told too. The first look of a process is at all
/// of them, each later one at those that have changed since.
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

    // A change is seen when it is committed, which may be later than its own time, by another machine's clock.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time = time;
    private DateTime _lookedAtUntil = DateTime.UnixEpoch;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ReconcileSeconds);

    /// <summary>Owes what is missing; harmless while other notifiers do the same.</summary>
    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        // What ended within the last period is still on its way.
        var before = _time.GetUtcNow().UtcDateTime - Period;
        var (after, found) = (0L, Page);
        while (found == Page)
        {
            var missing = await MissingAsync(after, before, cancellationToken);
            foreach (var ended in missing)
            {
                await owed.OweAsync(ended, cancellationToken);
                after = ended.Number;
            }

            found = missing.Count;
        }

        _lookedAtUntil = before - Overlap;
    }

    private async Task<List<BatchEnded>> MissingAsync(long after, DateTime before, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var batches = await db.Batches
            .Where(batch => batch.CurrentState == nameof(BatchState.Finished) || (batch.CurrentState == nameof(BatchState.Stopped) && !batch.StopOwed))
            .Where(batch => batch.Callback != null && batch.UpdatedAt >= _lookedAtUntil && batch.DeletedAt == null && batch.EndedAt < before && batch.Number > after)
            .Where(batch => !db.Deliveries.Any(row => row.Batch == batch.Number && row.Run == batch.Run && row.Epoch == batch.Epoch && row.Seq == Delivery.EndSeq))
            .OrderBy(batch => batch.Number)
            .Take(Page)
            .Select(batch => new { batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, batch.CurrentState, batch.EndedAt })
            .ToListAsync(cancellationToken);
        return batches.ConvertAll(batch => new BatchEnded(
            batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, Enum.Parse<BatchState>(batch.CurrentState), batch.EndedAt!.Value));
    }
}
