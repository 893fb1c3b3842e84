using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>A batch is gone: what is still owed for it is not sent any more, and its rows are removed in short chunks.</summary>
public sealed partial class DeletedBatchConsumer(BatchStore store, ILogger<DeletedBatchConsumer> logger) : IConsumer<BatchDeleted>
{
    private const int Chunk = 500;

    public async Task Consume(ConsumeContext<BatchDeleted> context)
    {
        while (await RemoveChunkAsync(context.Message.Number, context.CancellationToken) == Chunk)
        {
        }
    }

    private async Task<int> RemoveChunkAsync(long batch, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var rows = await unit.Db.Deliveries.AsNoTracking()
            .Where(delivery => delivery.Batch == batch)
            .OrderBy(delivery => delivery.Id)
            .Take(Chunk)
            .Select(delivery => new { delivery.Id, delivery.State })
            .ToListAsync(cancellationToken);
        var ids = rows.ConvertAll(row => row.Id);
        await unit.Db.DeliveryAttempts.Where(attempt => ids.Contains(attempt.Delivery)).ExecuteDeleteAsync(cancellationToken);
        await unit.Db.Deliveries.Where(delivery => ids.Contains(delivery.Id)).ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync(cancellationToken);
        foreach (var cancelled in rows.Where(row => row.State == DeliveryStates.Waiting))
        {
            Log.Cancelled(logger, cancelled.Id, batch);
        }

        return rows.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Id} is cancelled: batch {Number} was deleted")]
        public static partial void Cancelled(ILogger logger, Guid id, long number);
    }
}
