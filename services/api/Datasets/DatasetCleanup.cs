using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Datasets;

/// <summary>Ends uploads that lost their owner, and removes discarded contents that no expansion reads any more, in short transactions.</summary>
public sealed class DatasetCleanup(BatchStore store, DatasetContents contents, TimeProvider time)
{
    private const int ChunkRows = 5000;

    // The rest waits for the next tick, so that other housekeeping gets its turn.
    private const int ChunksAtOnce = 40;
    private const int ContentsAtOnce = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var lost in await FindAsync(LostBy(time.GetUtcNow().UtcDateTime), cancellationToken))
        {
            await contents.ReapAsync(lost);
        }

        var chunks = ChunksAtOnce;
        foreach (var content in await FindAsync(Unread, cancellationToken))
        {
            chunks = await RemoveAsync(content, chunks, cancellationToken);
        }
    }

    private static Func<StoreDb, IQueryable<DatasetContent>> LostBy(DateTime now) =>
        db => db.DatasetContents.Where(content => !content.Discarded && content.LeaseUntil <= now);

    private static IQueryable<DatasetContent> Unread(StoreDb db) => db.DatasetContents.Where(content =>
        content.Discarded && !db.Expansions.Any(expansion => expansion.EndedAt == null && expansion.Content == content.Number));

    private async Task<List<DatasetContent>> FindAsync(Func<StoreDb, IQueryable<DatasetContent>> which, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await which(db).OrderBy(content => content.Number).Take(ContentsAtOnce).ToListAsync(cancellationToken);
    }

    // Gives the chunks that may still be removed.
    private async Task<int> RemoveAsync(DatasetContent content, int chunks, CancellationToken cancellationToken)
    {
        while (await FirstAsync(content, cancellationToken) is { } from)
        {
            if (chunks-- <= 0)
            {
                return 0;
            }

            var to = from + ChunkRows;
            await WriteAsync(db => db.DatasetRows.Where(row => row.Content == content.Number && row.Index >= from && row.Index < to).ExecuteDeleteAsync(cancellationToken), cancellationToken);
        }

        await WriteAsync(db => db.DatasetContents.Where(row => row.Number == content.Number).ExecuteDeleteAsync(cancellationToken), cancellationToken);
        return chunks;
    }

    private async Task<int?> FirstAsync(DatasetContent content, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.DatasetRows.Where(row => row.Content == content.Number).MinAsync(row => (int?)row.Index, cancellationToken);
    }

    private async Task WriteAsync(Func<StoreDb, Task> write, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        await write(unit.Db);
        await unit.CommitAsync(cancellationToken);
    }
}
