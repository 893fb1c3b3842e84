using BatchPlatform.Store.Bulk;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store;

/// <summary>Opens the database: to read, or for one transaction that may also owe messages.</summary>
public sealed class BatchStore(IDbContextOpener opener, WriterGate gate, OutboxRelay relay, IBulk bulk, TimeProvider time)
{
    /// <summary>The provider's fast path for many rows.</summary>
    public IBulk Bulk => bulk;

    /// <summary>How many transactions that bring many rows each are worth having at once: a server that copies rows in has one processor busy for each.</summary>
    public int BulkWriters => gate.HasOneWriter ? 1 : 2;

    /// <summary>A context for reading; nothing is tracked. The caller disposes it.</summary>
    public StoreDb Read()
    {
        var db = opener.Open();
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return db;
    }

    /// <summary>Begins a write transaction. On SQLite it is the only one of the process until it is disposed, so it must not wait for I/O.</summary>
    public async Task<WorkUnit> BeginAsync(CancellationToken cancellationToken = default)
    {
        var turn = await gate.EnterAsync(cancellationToken);
        var db = opener.Open();
        try
        {
            db.Database.AutoSavepointsEnabled = false;
            var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            return new WorkUnit(db, transaction, turn, relay, time.GetUtcNow());
        }
        catch
        {
            await db.DisposeAsync();
            turn.Dispose();
            throw;
        }
    }
}

/// <summary>Opens a context of the configured provider.</summary>
public interface IDbContextOpener
{
    /// <summary>A context from the pool.</summary>
    StoreDb Open();
}

/// <inheritdoc/>
internal sealed class DbContextOpener<TDb>(IDbContextFactory<TDb> factory) : IDbContextOpener
    where TDb : StoreDb
{
    public StoreDb Open() => factory.CreateDbContext();
}
