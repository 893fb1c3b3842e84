using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store;

/// <summary>The store in PostgreSQL.</summary>
public sealed class PostgresStoreDb(DbContextOptions<PostgresStoreDb> options) : StoreDb(options)
{
    /// <inheritdoc/>
    public override IQueryable<Batch> LockBatch(Guid id) => Batches.FromSql($"SELECT * FROM batches WHERE id = {id} FOR UPDATE");
}
