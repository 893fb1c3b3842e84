using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Uploads;

/// <summary>Writes rows of <c>jobs</c> in short transactions, however many there are.</summary>
public static class StagedRows
{
    private const int ChunkJobs = 5000;

    /// <summary>Undoes what was staged under a revision that never came.</summary>
    /// <param name="store">The store.</param>
    /// <param name="row">The append.</param>
    /// <param name="eachChunk">Runs in each chunk's transaction.</param>
    public static async Task UndoAsync(BatchStore store, Append row, Func<StoreDb, Task> eachChunk)
    {
        var (batch, revision) = (row.Batch, row.Revision);
        await EachChunkAsync(store, batch, row.Edits ? 0 : row.BaseIndex, UndoChunkAsync, CancellationToken.None);

        async Task UndoChunkAsync(StoreDb db, IQueryable<Job> jobs)
        {
            await eachChunk(db);
            await jobs.Where(job => job.AddedRev == revision).ExecuteDeleteAsync();
            if (row.Edits)
            {
                await jobs.Where(job => job.RemovedRev == revision).ExecuteUpdateAsync(set => set.SetProperty(job => job.RemovedRev, (int?)null));
            }
        }
    }

    /// <summary>Removes all jobs of a batch.</summary>
    public static Task RemoveAllAsync(BatchStore store, long batch, CancellationToken cancellationToken) =>
        EachChunkAsync(store, batch, from: 0, (_, jobs) => jobs.ExecuteDeleteAsync(cancellationToken), cancellationToken);

    /// <summary>Does something with the batch's rows, some at a time, each time in a transaction of its own.</summary>
    internal static async Task EachChunkAsync(
        BatchStore store, long batch, int from, Func<StoreDb, IQueryable<Job>, Task> write, CancellationToken cancellationToken)
    {
        var end = await EndAsync(store, batch, cancellationToken);
        for (var first = from; first < end; first += ChunkJobs)
        {
            var (low, high) = (first, first + ChunkJobs);
            await using var unit = await store.BeginAsync(cancellationToken);
            await write(unit.Db, unit.Db.Jobs.Where(job => job.Batch == batch && job.Index >= low && job.Index < high));
            await unit.CommitAsync(cancellationToken);
        }
    }

    // The first index that no row has.
    private static async Task<int> EndAsync(BatchStore store, long batch, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Jobs.Where(job => job.Batch == batch).MaxAsync(job => (int?)job.Index, cancellationToken) + 1 ?? 0;
    }
}
