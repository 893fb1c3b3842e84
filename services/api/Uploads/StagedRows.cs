using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Uploads;

/// <summary>Removes rows of <c>jobs</c> in short transactions, however many there are.</summary>
public static class StagedRows
{
    private const int ChunkJobs = 5000;

    /// <summary>Removes what was staged under a revision that never came.</summary>
    /// <param name="store">The store.</param>
    /// <param name="batch">The batch's number.</param>
    /// <param name="baseIndex">The first index staged.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="eachChunk">Runs in each chunk's transaction.</param>
    public static Task RemoveAsync(BatchStore store, long batch, int baseIndex, int revision, Func<StoreDb, Task> eachChunk) =>
        RemoveAsync(store, batch, baseIndex, revision, eachChunk, CancellationToken.None);

    /// <summary>Removes all jobs of a batch.</summary>
    public static Task RemoveAllAsync(BatchStore store, long batch, CancellationToken cancellationToken) =>
        RemoveAsync(store, batch, baseIndex: 0, revision: null, _ => Task.CompletedTask, cancellationToken);

    private static async Task RemoveAsync(
        BatchStore store, long batch, int baseIndex, int? revision, Func<StoreDb, Task> eachChunk, CancellationToken cancellationToken)
    {
        var end = await EndAsync(store, batch, cancellationToken);
        for (var from = baseIndex; from < end; from += ChunkJobs)
        {
            var to = from + ChunkJobs;
            await using var unit = await store.BeginAsync(cancellationToken);
            await eachChunk(unit.Db);
            await unit.Db.Jobs
                .Where(job => job.Batch == batch && job.Index >= from && job.Index < to && (revision == null || job.AddedRev == revision))
                .ExecuteDeleteAsync(cancellationToken);
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
