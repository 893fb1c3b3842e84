using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>Keeps in mind which receivers fail, and disables those that are gone, or have failed for days. One that takes something is forgotten.</summary>
public sealed partial class FailingReceivers(ILogger<FailingReceivers> logger)
{
    /// <summary>Whether nothing is sent to the delivery's receiver any more.</summary>
    public async Task<bool> IsDisabledAsync(StoreDb db, Delivery delivery, CancellationToken cancellationToken)
    {
        var id = new ReceiverUrl(delivery.Url).IdFor(delivery.Tenant);
        return await db.FailingReceivers.AnyAsync(row => row.Id == id && row.DisabledAt != null, cancellationToken);
    }

    /// <summary>Takes note of an attempt, in its transaction; true when the receiver is disabled, by this attempt or before.</summary>
    public async Task<bool> NoteAsync(WorkUnit unit, Delivery delivery, AttemptResult result, double disableAfterHours, CancellationToken cancellationToken)
    {
        var id = new ReceiverUrl(delivery.Url).IdFor(delivery.Tenant);
        if (result.Delivered)
        {
            await unit.Db.FailingReceivers.Where(row => row.Id == id).ExecuteDeleteAsync(cancellationToken);
            return false;
        }

        var known = await unit.Db.FailingReceivers.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        var since = known?.Since ?? unit.Now;
        var disabledAt = known?.DisabledAt ?? (result.Gone || unit.Now - since >= TimeSpan.FromHours(disableAfterHours) ? unit.Now : null);
        if (known is null || known.DisabledAt != disabledAt)
        {
            var row = new FailingReceiver { Id = id, Tenant = delivery.Tenant, Url = delivery.Url, Since = since, DisabledAt = disabledAt };
            await WriteAsync(unit.Db, row, cancellationToken);
        }

        if (known?.DisabledAt is null && disabledAt is not null)
        {
            Log.Disabled(logger, delivery.Tenant, new Uri(delivery.Host).Host, since);
        }

        return disabledAt is not null;
    }

    // Another notifier may write the same receiver at the same time; disabled by one, it stays so.
    private static async Task WriteAsync(StoreDb db, FailingReceiver wanted, CancellationToken cancellationToken)
    {
        while (await db.FailingReceivers
            .Where(row => row.Id == wanted.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.DisabledAt, r => r.DisabledAt ?? wanted.DisabledAt), cancellationToken) == 0)
        {
            if (await db.InsertIfAbsentAsync(wanted, cancellationToken))
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A receiver of {Tenant} at {Host} is disabled: it has taken nothing since {Since}. Its callbacks are kept")]
        public static partial void Disabled(ILogger logger, string tenant, string host, DateTime since);
    }
}
