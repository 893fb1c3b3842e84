using BatchPlatform.Contracts;
using BatchPlatform.Store;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Clocks;

/// <summary>Removes the orchestrator's rows of a deleted batch, outcomes in short chunks, in the order of their key. Done again it finds nothing left.</summary>
public sealed class DeletedBatchConsumer(BatchStore store) : IConsumer<BatchDeleted>
{
    private const int Chunk = 5000;

    public async Task Consume(ConsumeContext<BatchDeleted> context)
    {
        var (number, cancellationToken) = (context.Message.Number, context.CancellationToken);
        while (await DeleteAsync(db => db.Outcomes.Where(row => row.Batch == number).OrderBy(row => row.Run).ThenBy(row => row.Index).Take(Chunk), cancellationToken) == Chunk)
        {
        }

        while (await DeleteAsync(db => db.Retries.Where(row => row.Batch == number).OrderBy(row => row.Run).ThenBy(row => row.Index).Take(Chunk), cancellationToken) == Chunk)
        {
        }

        await DeleteAsync(db => db.Slices.Where(row => row.Batch == number), cancellationToken);
        await DeleteAsync(db => db.Lanes.Where(row => row.Batch == number), cancellationToken);
        await DeleteAsync(db => db.Runs.Where(row => row.Batch == number), cancellationToken);
        await DeleteAsync(db => db.Failures.Where(row => row.Batch == number), cancellationToken);
    }

    private async Task<int> DeleteAsync<T>(Func<StoreDb, IQueryable<T>> rows, CancellationToken cancellationToken)
        where T : class
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var deleted = await rows(unit.Db).ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync(cancellationToken);
        return deleted;
    }
}
