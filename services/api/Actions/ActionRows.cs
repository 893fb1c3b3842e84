using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Actions;

/// <summary>Somebody else works on the action now.</summary>
public sealed class ActionLostException() : Exception("The action is no longer ours.");

/// <summary>Writes the table <c>actions</c>. A row belongs to its owner until its lease has passed.</summary>
public sealed class ActionRows(BatchStore store, NumberSource numbers, TimeProvider time, IOptions<ApiOptions> options)
{
    /// <summary>Actions of one tenant that may be going on at once.</summary>
    public const int MaxRunning = 100;

    private const int ChunkRows = 500;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DateTime NextLease => Now.AddSeconds(options.Value.LeaseSeconds);

    /// <summary>The tenant's action, or null.</summary>
    public async Task<BulkAction?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Actions.FirstOrDefaultAsync(row => row.Id == id && row.Tenant == tenant, cancellationToken);
    }

    /// <summary>The tenant's actions, newest first.</summary>
    public async Task<List<BulkAction>> ListAsync(string tenant, long before, int limit, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Actions
            .Where(row => row.Tenant == tenant && row.Number < before)
            .OrderByDescending(row => row.Number)
            .Take(limit)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Stores a new action.</summary>
    /// <exception cref="ProblemException">409 TOO_MANY_ACTIONS.</exception>
    internal async Task AddAsync(BulkAction row)
    {
        row.Number = await numbers.NextAsync(CancellationToken.None);
        await using var unit = await store.BeginAsync();
        if (await unit.Db.Actions.CountAsync(other => other.Tenant == row.Tenant && other.EndedAt == null) >= MaxRunning)
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.TooManyActions, $"{MaxRunning} bulk actions of the tenant are going on; wait for one to end, or cancel one."));
        }

        row.LeaseUntil = row.CreatedAt;
        unit.Db.Actions.Add(row);
        unit.Record(row.Actor, AuditActions.ActionStart, $"actions/{row.Id:D}", $"{row.Action} {row.Target}");
        await unit.CommitAsync();
    }

    /// <summary>Ends an action of the tenant.</summary>
    /// <returns>Whether it was going on.</returns>
    internal async Task<bool> CancelAsync(string tenant, Guid id, Actor actor)
    {
        await using var unit = await store.BeginAsync();
        var rows = await unit.Db.Actions.Where(row => row.Id == id && row.Tenant == tenant && row.EndedAt == null).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.State, BulkActionState.Cancelled)
            .SetProperty(row => row.EndedAt, unit.Now));
        if (rows == 1)
        {
            unit.Record(actor, AuditActions.ActionCancel, $"actions/{id:D}");
            await unit.CommitAsync();
        }

        return rows == 1;
    }

    /// <summary>Takes the action that has waited longest of those that nobody works on; null when there is none.</summary>
    internal async Task<BulkAction?> ClaimNextAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } work)
        {
            var (mine, seen, lease) = (Guid.NewGuid(), work.LeaseUntil, NextLease);
            await using var unit = await store.BeginAsync(cancellationToken);
            var rows = await unit.Db.Actions
                .Where(row => row.Id == work.Id && row.Owner == work.Owner && row.LeaseUntil == seen && row.EndedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Owner, mine).SetProperty(row => row.LeaseUntil, lease), cancellationToken);
            await unit.CommitAsync(cancellationToken);
            if (rows == 1)
            {
                work.Owner = mine;
                return work;
            }
        }

        return null;
    }

    /// <summary>Keeps how far the work is, and renews the lease. Also of an action that was cancelled meanwhile: what is done counts.</summary>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="ActionLostException">It is somebody else's now.</exception>
    internal async Task<bool> KeepAsync(BulkAction work)
    {
        var lease = NextLease;
        await using var unit = await store.BeginAsync();
        var rows = await Own(unit.Db, work).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Cursor, work.Cursor)
            .SetProperty(row => row.InHand, work.InHand)
            .SetProperty(row => row.Done, work.Done)
            .SetProperty(row => row.Refused, work.Refused)
            .SetProperty(row => row.Refusals, work.Refusals)
            .SetProperty(row => row.LeaseUntil, lease));
        if (rows == 0)
        {
            throw new ActionLostException();
        }

        var goesOn = await Own(unit.Db, work).AnyAsync(row => row.EndedAt == null);
        await unit.CommitAsync();
        return goesOn;
    }

    /// <summary>The work is done.</summary>
    internal Task FinishAsync(BulkAction work) => WriteAsync(work, own => own.ExecuteUpdateAsync(set => set
        .SetProperty(row => row.State, BulkActionState.Finished)
        .SetProperty(row => row.EndedAt, Now)));

    /// <summary>Leaves the work to whoever comes after a while.</summary>
    internal Task ReleaseAsync(BulkAction work, TimeSpan pause)
    {
        var due = Now + pause;
        return WriteAsync(work, own => own.ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, due)));
    }

    /// <summary>Removes actions that ended long ago, some in each transaction.</summary>
    internal async Task RemoveOldAsync(CancellationToken cancellationToken)
    {
        var before = Now.AddDays(-options.Value.ActionDays);
        int removed;
        do
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            var old = unit.Db.Actions.Where(row => row.EndedAt != null && row.EndedAt < before).OrderBy(row => row.EndedAt).Take(ChunkRows).Select(row => row.Id);
            removed = await unit.Db.Actions.Where(row => old.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
            await unit.CommitAsync(cancellationToken);
        }
        while (removed == ChunkRows);
    }

    private static IQueryable<BulkAction> Own(StoreDb db, BulkAction work) => db.Actions.Where(row => row.Id == work.Id && row.Owner == work.Owner);

    private async Task<BulkAction?> NextAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        await using var db = store.Read();
        return await db.Actions.Where(row => row.EndedAt == null && row.LeaseUntil <= now).OrderBy(row => row.LeaseUntil).FirstOrDefaultAsync(cancellationToken);
    }

    private async Task WriteAsync(BulkAction work, Func<IQueryable<BulkAction>, Task<int>> write)
    {
        await using var unit = await store.BeginAsync();
        await write(Own(unit.Db, work).Where(row => row.EndedAt == null));
        await unit.CommitAsync();
    }
}
