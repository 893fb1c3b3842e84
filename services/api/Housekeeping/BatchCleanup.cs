using BatchPlatform.Api.Uploads;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Housekeeping;

/// <summary>Removes the api's rows of a deleted batch.</summary>
public sealed class BatchCleanup(BatchStore store) : IConsumer<BatchDeleted>
{
    public async Task Consume(ConsumeContext<BatchDeleted> context)
    {
        var (id, number) = (context.Message.BatchId, context.Message.Number);
        await using (var unit = await store.BeginAsync(context.CancellationToken))
        {
            // The append first: without its row, an upload that is still running cannot stage any more jobs.
            await unit.Db.Appends.Where(append => append.Batch == number).ExecuteDeleteAsync(context.CancellationToken);
            await unit.Db.Expansions.Where(expansion => expansion.Batch == number).ExecuteDeleteAsync(context.CancellationToken);
            await unit.Db.Idempotency.Where(request => request.BatchId == id).ExecuteDeleteAsync(context.CancellationToken);
            await unit.CommitAsync(context.CancellationToken);
        }

        await StagedRows.RemoveAllAsync(store, number, context.CancellationToken);
    }
}
