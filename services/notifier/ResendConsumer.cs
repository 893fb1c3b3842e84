using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>Makes deliveries due again because a client asked: from the first attempt of the schedule, also to a disabled receiver.</summary>
public sealed partial class ResendConsumer(BatchStore store, DeliverySignal signal, ILogger<ResendConsumer> logger)
    : IConsumer<ResendDelivery>, IConsumer<ResendDeliveries>
{
    private const int Chunk = 1000;

    public async Task Consume(ConsumeContext<ResendDelivery> context)
    {
        var id = context.Message.DeliveryId;
        await ResendAsync(rows => rows.Where(row => row.Id == id && row.State != DeliveryStates.Cancelled), context.Message.AskedAt, context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<ResendDeliveries> context)
    {
        var range = context.Message;
        var resent = 0;
        int chunk;
        do
        {
            chunk = await ResendAsync(
                rows => rows
                    .Where(row => row.Tenant == range.Tenant && row.CreatedAt >= range.From && row.CreatedAt < range.To)
                    .Where(row => row.State == DeliveryStates.Failed || row.State == DeliveryStates.Held)
                    .OrderBy(row => row.CreatedAt)
                    .Take(Chunk),
                range.AskedAt,
                context.CancellationToken);
            resent += chunk;
        }
        while (chunk == Chunk);
        Log.Resent(logger, resent, range.Tenant, range.From, range.To);
    }

    private async Task<int> ResendAsync(Func<IQueryable<Delivery>, IQueryable<Delivery>> choose, DateTime askedAt, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var db = unit.Db;
        var untried = db.Deliveries.Where(row => !db.DeliveryAttempts.Any(attempt => attempt.Delivery == row.Id && attempt.At > askedAt));
        var chosen = await choose(untried).Select(row => row.Id).ToListAsync(cancellationToken);
        await db.Deliveries.Where(row => chosen.Contains(row.Id)).ExecuteUpdateAsync(
            row => row
                .SetProperty(r => r.State, DeliveryStates.Waiting)
                .SetProperty(r => r.DueAt, unit.Now)
                .SetProperty(r => r.Failures, 0)
                .SetProperty(r => r.Resent, true),
            cancellationToken);
        await unit.CommitAsync(cancellationToken);
        signal.Look();
        return chosen.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} deliveries of {Tenant} from {From} to {To} are sent again")]
        public static partial void Resent(ILogger logger, int count, string tenant, DateTime from, DateTime to);
    }
}
