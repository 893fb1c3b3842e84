using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Writes the table <c>appends</c>: at most one append of a batch is being staged, and it belongs to whoever's id the row
/// has. Whoever takes one over changes the id first, so that the earlier owner's next write finds that it has lost it.
/// </summary>
public sealed class AppendRows(BatchStore store, BatchCommands commands, QuotaGate quotas, TimeProvider time, IOptions<ApiOptions> options)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DateTime NextLease => Now.AddSeconds(options.Value.LeaseSeconds);

    /// <summary>How often an owner that stores nothing must renew its lease.</summary>
    internal TimeSpan RenewEvery => TimeSpan.FromSeconds(options.Value.LeaseSeconds / 3);

    /// <summary>Begins an append to a batch; waits a few seconds for another to end.</summary>
    /// <param name="row">From <see cref="NewRow"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ProblemException">409 APPEND_IN_PROGRESS, 404 when the batch has just gone, or 429 QUOTA_UPLOADS.</exception>
    internal Task<Append> OpenAsync(Append row, CancellationToken cancellationToken) => InsertAsync(row, PlaceAfterBatchAsync, cancellationToken);

    /// <summary>Begins the append of a batch that does not exist yet, storing its first jobs in the same transaction.</summary>
    internal Task<Append> OpenNewAsync(Guid batchId, long batch, Guid commandId, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken) =>
        InsertAsync(
            NewRow(batchId, batch, commandId),
            (db, row) => store.Bulk.InsertJobsAsync(db, row.Batch, row.Revision, jobs, cancellationToken),
            cancellationToken);

    /// <summary>Stores some jobs of an append and renews its lease in the same transaction.</summary>
    /// <exception cref="ProblemException">409 APPEND_OUTDATED: somebody else has taken the append over.</exception>
    internal async Task StageAsync(Append row, IReadOnlyList<StagedJob> jobs, Func<StoreDb, Task> alongside, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);

        // Looked at first, since whoever took the append over stores jobs under the same keys; held last, since until the
        // commit the append's other jobs wait for its row.
        EnsureOwned(await Owned(unit.Db, row).AnyAsync(cancellationToken));
        await store.Bulk.InsertJobsAsync(unit.Db, row.Batch, row.Revision, jobs, cancellationToken);
        await HoldAsync(unit.Db, row);
        await alongside(unit.Db);
        await unit.CommitAsync(cancellationToken);
    }

    /// <summary>Renews the lease while nothing is stored.</summary>
    /// <exception cref="ProblemException">409 APPEND_OUTDATED.</exception>
    internal async Task RenewAsync(Append row, Func<StoreDb, Task> alongside, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        await HoldAsync(unit.Db, row);
        await alongside(unit.Db);
        await unit.CommitAsync(cancellationToken);
    }

    /// <summary>Ends an append as it turned out.</summary>
    internal Task EndAsync(Append row, AppendEnd end) => end switch
    {
        AppendEnd.Taken => CloseAsync(row, taken: true),
        AppendEnd.NotTaken => WithdrawAsync(row),
        _ => LeaveAsync(row),
    };

    private async Task CloseAsync(Append row, bool taken = false)
    {
        await using var unit = await store.BeginAsync();
        if (await Owned(unit.Db, row).ExecuteDeleteAsync() == 1 && taken && row.Expansion is { } expansion)
        {
            await unit.Db.Expansions.Where(each => each.Id == expansion).ExecuteUpdateAsync(set => set.SetProperty(each => each.Taken, true));
        }

        await unit.CommitAsync();
    }

    private async Task WithdrawAsync(Append row)
    {
        await StagedRows.UndoAsync(store, row, db => HoldAsync(db, row));
        await CloseAsync(row);
    }

    private async Task LeaveAsync(Append row)
    {
        var now = Now;
        await using var unit = await store.BeginAsync();
        await Owned(unit.Db, row).ExecuteUpdateAsync(set => set.SetProperty(append => append.LeaseUntil, now));
        await unit.CommitAsync();
    }

    /// <summary>Ends an append that its owner left or lost: its jobs stay if they were taken in, else they go.</summary>
    /// <returns>False when somebody else was faster.</returns>
    internal async Task<bool> TakeOverAsync(Append row)
    {
        if (!await ClaimAsync(row))
        {
            return false;
        }

        // From the reply on, the owner's command can no longer take effect; whether it did shows in the batch, since
        // nobody else could append while the row was there.
        await commands.AskAsync(row.BatchId, row.CommandId);
        await EndAsync(row, await WasTakenInAsync(row) ? AppendEnd.Taken : AppendEnd.NotTaken);
        return true;
    }

    /// <summary>Renews the lease within a transaction.</summary>
    internal async Task HoldAsync(StoreDb db, Append row)
    {
        var lease = NextLease;
        EnsureOwned(await Owned(db, row).ExecuteUpdateAsync(set => set.SetProperty(append => append.LeaseUntil, lease)) == 1);
    }

    private static void EnsureOwned(bool owned)
    {
        if (!owned)
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.AppendOutdated, "Adding these jobs was interrupted for so long that other jobs came first."));
        }
    }

    private static IQueryable<Append> Owned(StoreDb db, Append row) => db.Appends.Where(append => append.Batch == row.Batch && append.Id == row.Id);

    /// <summary>An append to a batch without jobs, which is what a new one follows.</summary>
    internal static Append NewRow(Guid batchId, long batch, Guid commandId) =>
        new() { Batch = batch, Id = Guid.NewGuid(), BatchId = batchId, CommandId = commandId, BaseIndex = 0, Revision = 1 };

    // Reads the batch once the row is in: from then on nobody else's append can be accepted.
    private static async Task PlaceAfterBatchAsync(StoreDb db, Append row)
    {
        var batch = await db.Batches.Where(batch => batch.CorrelationId == row.BatchId && batch.DeletedAt == null)
            .Select(batch => new { batch.NextIndex, batch.Revision })
            .FirstOrDefaultAsync() ?? throw new ProblemException(Problems.BatchNotFound());
        (row.BaseIndex, row.Revision) = (batch.NextIndex, batch.Revision + 1);
        await Owned(db, row).ExecuteUpdateAsync(set => set
            .SetProperty(append => append.BaseIndex, row.BaseIndex)
            .SetProperty(append => append.Revision, row.Revision));
    }

    private async Task<Append> InsertAsync(Append row, Func<StoreDb, Append, Task> place, CancellationToken cancellationToken)
    {
        var giveUp = Now.AddSeconds(options.Value.AppendWaitSeconds);
        while (!await TryInsertAsync(row, place, cancellationToken))
        {
            if (await FindAsync(row.Batch, cancellationToken) is not { } other)
            {
                continue;
            }

            if (other.LeaseUntil <= Now)
            {
                await TakeOverAsync(other);
            }
            else if (Now >= giveUp)
            {
                throw new ProblemException(Problems.Conflict(ErrorCodes.AppendInProgress, "Other jobs are being added to the batch."));
            }
            else
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        return row;
    }

    private async Task<bool> TryInsertAsync(Append row, Func<StoreDb, Append, Task> place, CancellationToken cancellationToken)
    {
        var (lease, uploads) = (NextLease, await quotas.UploadsAsync(row.Uploader, cancellationToken));
        await using var unit = await store.BeginAsync(cancellationToken);
        if (uploads is { } limit)
        {
            await quotas.EnsureUploadAsync(unit.Db, row.Uploader!, limit, cancellationToken);
        }

        row.LeaseUntil = lease;
        if (!await unit.Db.InsertIfAbsentAsync(row, cancellationToken))
        {
            return false;
        }

        await place(unit.Db, row);
        await unit.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<Append?> FindAsync(long batch, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Appends.FirstOrDefaultAsync(append => append.Batch == batch, cancellationToken);
    }

    private async Task<bool> WasTakenInAsync(Append row)
    {
        await using var db = store.Read();
        return await db.Batches.AnyAsync(batch => batch.CorrelationId == row.BatchId && batch.Revision >= row.Revision);
    }

    // Only as it was seen: an owner that has renewed its lease since is alive.
    private async Task<bool> ClaimAsync(Append row)
    {
        var (mine, seen, lease) = (Guid.NewGuid(), row.LeaseUntil, NextLease);
        await using var unit = await store.BeginAsync();
        var rows = await Owned(unit.Db, row).Where(append => append.LeaseUntil == seen).ExecuteUpdateAsync(set => set
            .SetProperty(append => append.Id, mine)
            .SetProperty(append => append.LeaseUntil, lease));
        await unit.CommitAsync();
        row.Id = mine;
        return rows == 1;
    }
}
