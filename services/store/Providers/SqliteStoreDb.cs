using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store;

/// <summary>The store in a SQLite file.</summary>
public sealed class SqliteStoreDb(DbContextOptions<SqliteStoreDb> options) : StoreDb(options)
{
    /// <inheritdoc/>
    protected override FormattableString Locked(FormattableString columns, Guid id) => $"SELECT {columns} FROM batches WHERE id = {id}";
}
