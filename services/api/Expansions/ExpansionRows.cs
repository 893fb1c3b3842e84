using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Expansions;

/// <summary>Somebody else works on the expansion now, or its batch is gone.</summary>
public sealed class ExpansionLostException() : Exception("The expansion is no longer ours.");

/// <summary>Writes the table <c>expansions</c>. A row belongs to its owner until its lease has passed.</summary>
public sealed class ExpansionRows(BatchStore store, TimeProvider time, IOptions<ApiOptions> options)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DateTime NextLease => Now.AddSeconds(options.Value.LeaseSeconds);

    /// <summary>The expansion, or null.</summary>
    public async Task<Expansion?> FindAsync(Guid batchId, Guid id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Expansions.FirstOrDefaultAsync(row => row.Id == id && row.BatchId == batchId, cancellationToken);
    }

    /// <summary>
    /// Stores a new expansion of what the dataset holds now; <paramref name="wanted"/> then names that content. One that
    /// failed under the same id gives way.
    /// </summary>
    /// <exception cref="ProblemException">409 DATASET_NOT_READY, or EXPANSION_EXISTS: there is one under the id.</exception>
    internal async Task AddAsync(Expansion wanted, CancellationToken cancellationToken)
    {
        var now = Now;
        await using var unit = await store.BeginAsync(cancellationToken);
        // Writing locks the dataset: from here to the commit no upload can replace the content that is about to be named.
        var found = await unit.Db.Datasets.Where(row => row.Id == wanted.Dataset && row.Content != null && row.Upload == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Upload, (long?)null), cancellationToken);
        if (found == 0)
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.DatasetNotReady, "The dataset has no rows yet, or is being uploaded."));
        }

        var dataset = await unit.Db.Datasets.AsNoTracking().FirstAsync(row => row.Id == wanted.Dataset, cancellationToken);
        (wanted.Content, wanted.Rows, wanted.CreatedAt, wanted.LeaseUntil) = (dataset.Content!.Value, dataset.Rows, now, now);
        await unit.Db.Expansions.Where(row => row.Id == wanted.Id && row.State == ExpansionState.Failed).ExecuteDeleteAsync(cancellationToken);
        unit.Db.Expansions.Add(wanted);
        try
        {
            await unit.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.ExpansionExists, "This expansion has been asked for before."));
        }
    }

    /// <summary>Takes the oldest expansion that nobody works on; null when there is none.</summary>
    internal async Task<Expansion?> ClaimNextAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } work)
        {
            var (mine, seen, lease) = (Guid.NewGuid(), work.LeaseUntil, NextLease);
            await using var unit = await store.BeginAsync(cancellationToken);
            var rows = await unit.Db.Expansions
                .Where(row => row.Id == work.Id && row.LeaseUntil == seen && row.EndedAt == null)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(row => row.Owner, mine)
                    .SetProperty(row => row.LeaseUntil, lease)
                    .SetProperty(row => row.State, ExpansionState.Expanding), cancellationToken);
            await unit.CommitAsync(cancellationToken);
            if (rows == 1)
            {
                (work.Owner, work.State) = (mine, ExpansionState.Expanding);
                return work;
            }
        }

        return null;
    }

    /// <summary>Renews the lease within a transaction, and tells how far the work is.</summary>
    /// <exception cref="ExpansionLostException">It is somebody else's now.</exception>
    internal async Task HoldAsync(StoreDb db, Expansion work, int staged)
    {
        var lease = NextLease;
        EnsureOwn(await Own(db, work).ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, lease).SetProperty(row => row.Staged, staged)));
    }

    /// <summary>Whether an earlier owner's jobs became part of the batch; renews the lease.</summary>
    /// <exception cref="ExpansionLostException">It is somebody else's now.</exception>
    internal async Task<bool> IsTakenAsync(Expansion work)
    {
        var lease = NextLease;
        await using var unit = await store.BeginAsync();
        EnsureOwn(await Own(unit.Db, work).ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, lease)));
        var taken = await unit.Db.Expansions.Where(row => row.Id == work.Id).Select(row => row.Taken).FirstAsync();
        await unit.CommitAsync();
        return taken;
    }

    /// <summary>The work is done.</summary>
    internal Task CompleteAsync(Expansion work) => EndAsync(work, own => own.ExecuteUpdateAsync(set => set
        .SetProperty(row => row.State, ExpansionState.Completed)
        .SetProperty(row => row.EndedAt, Now)));

    /// <summary>The work cannot be done.</summary>
    internal Task FailAsync(Expansion work, Problem fault)
    {
        var errors = fault.Errors is null ? null : JsonSerializer.Serialize(fault.Errors, ApiJson.Options);
        return EndAsync(work, own => own.ExecuteUpdateAsync(set => set
            .SetProperty(row => row.State, ExpansionState.Failed)
            .SetProperty(row => row.Code, fault.Code)
            .SetProperty(row => row.Detail, fault.Detail)
            .SetProperty(row => row.Errors, errors)
            .SetProperty(row => row.EndedAt, Now)));
    }

    /// <summary>Leaves the work to whoever comes after a while.</summary>
    internal Task ReleaseAsync(Expansion work, TimeSpan pause)
    {
        var due = Now + pause;
        return EndAsync(work, own => own.ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, due)));
    }

    private static IQueryable<Expansion> Own(StoreDb db, Expansion work) =>
        db.Expansions.Where(row => row.Id == work.Id && row.Owner == work.Owner && row.EndedAt == null);

    private static void EnsureOwn(int rows)
    {
        if (rows == 0)
        {
            throw new ExpansionLostException();
        }
    }

    private async Task<Expansion?> NextAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        await using var db = store.Read();
        return await db.Expansions.Where(row => row.EndedAt == null && row.LeaseUntil <= now).OrderBy(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
    }

    private async Task EndAsync(Expansion work, Func<IQueryable<Expansion>, Task<int>> end)
    {
        await using var unit = await store.BeginAsync();
        await end(Own(unit.Db, work));
        await unit.CommitAsync();
    }
}
