using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store;

/// <summary>The store in a SQLite file.</summary>
public sealed class SqliteStoreDb(DbContextOptions<SqliteStoreDb> options) : StoreDb(options)
{
    /// <inheritdoc/>
    public override IQueryable<Batch> LockBatch(Guid id) => Batches.Where(batch => batch.CorrelationId == id);
}
