using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <summary>
/// One write transaction together with the messages it owes: both are saved, or neither. Messages leave right after the
/// commit; what a crash leaves behind is published by <see cref="OutboxSweeper"/>.
/// </summary>
public sealed class WorkUnit : IAsyncDisposable
{
    private readonly IDbContextTransaction _transaction;
    private readonly IDisposable _turn;
    private readonly OutboxRelay _relay;
    private readonly List<(OutboxMessage Row, object Message)> _owed = [];
    private readonly List<Func<Task>> _afterCommit = [];
    private bool _released;

    internal WorkUnit(StoreDb db, IDbContextTransaction transaction, IDisposable turn, OutboxRelay relay, DateTimeOffset clock)
    {
        Db = db;
        Clock = clock;
        _transaction = transaction;
        _turn = turn;
        _relay = relay;
    }

    /// <summary>The transaction's context.</summary>
    public StoreDb Db { get; }

    /// <summary>When the transaction began: the one time of everything that it writes.</summary>
    public DateTimeOffset Clock { get; }

    /// <summary><see cref="Clock"/> as the tables keep it, UTC.</summary>
    public DateTime Now => Clock.UtcDateTime;

    /// <summary>Saves a message of the contracts with this transaction; it is published once that has committed.</summary>
    public void Owe<T>(T message)
        where T : class =>
        _owed.Add((_relay.Save(Db, message), message));

    /// <summary>Tells in the audit who does what this transaction does.</summary>
    /// <param name="actor">Who; null for the platform itself.</param>
    /// <param name="action">One of <see cref="AuditActions"/>.</param>
    /// <param name="resource">What to, as it stands in addresses: <c>batches/{id}</c>.</param>
    /// <param name="detail">A few words more; no secret, and nothing of a job's content.</param>
    public void Record(Actor? actor, string action, string resource, string? detail = null) => Db.Audit.Add(new AuditEntry
    {
        At = Now,
        Tenant = actor?.Tenant,
        Key = actor?.Key,
        Address = actor?.Address,
        Action = action,
        Resource = resource,
        Detail = detail,
    });

    /// <summary>
    /// Runs once the transaction has committed; what is lost with the process if it dies in between. Actions begin in the order given and do not wait
    /// for each other: the dispatcher begins while the broker confirms the reply that left before.
    /// </summary>
    public void AfterCommit(Func<Task> action) => _afterCommit.Add(action);

    /// <summary>Whether anything tracked is to be saved. Nothing may change after this: the rows are compared with what they were this once.</summary>
    internal bool HasChanges()
    {
        if (Db.ChangeTracker.AutoDetectChangesEnabled)
        {
            Db.ChangeTracker.DetectChanges();
            Db.ChangeTracker.AutoDetectChangesEnabled = false;
        }

        return Db.ChangeTracker.HasChanges();
    }

    /// <summary>Saves what is tracked, commits, then lets go of the database before anything is sent.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        if (HasChanges())
        {
            await Db.SaveChangesAsync(cancellationToken);
        }

        await _transaction.CommitAsync(cancellationToken);
        await ReleaseAsync();
        await Task.WhenAll(_afterCommit.ConvertAll(action => action()));
        foreach (var (row, message) in _owed)
        {
            await _relay.PublishAsync(row, message, CancellationToken.None);
        }
    }

    /// <summary>Rolls back what was not committed.</summary>
    public async ValueTask DisposeAsync() => await ReleaseAsync();

    // Once only: after the first time the context is back in its pool, and may be another unit's.
    private async Task ReleaseAsync()
    {
        if (_released)
        {
            return;
        }

        _released = true;
        try
        {
            await _transaction.DisposeAsync();
            await Db.DisposeAsync();
        }
        finally
        {
            _turn.Dispose();
        }
    }
}
