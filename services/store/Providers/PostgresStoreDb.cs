using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store;

/// <summary>The store in PostgreSQL.</summary>
public sealed class PostgresStoreDb(DbContextOptions<PostgresStoreDb> options) : StoreDb(options)
{
    /// <inheritdoc/>
    protected override FormattableString Locked(FormattableString columns, Guid id) => $"SELECT {columns} FROM batches WHERE id = {id} FOR UPDATE";

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // Every number of arrival is above 0. Who asks for jobs by their places does not say so, and is served by the key alone. Where
        // most batches have one job, the planner takes every batch for one row, and an index that finds the batch for as good as the
        // one that finds the places: for each page of 1,000 results it read all 100,000 of their batch.
        modelBuilder.Entity<Outcome>().HasIndex(outcome => new { outcome.Batch, outcome.Run, outcome.Seq }).HasFilter("seq > 0");
    }
}
