using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Datasets;

/// <summary>Makes, finds and deletes a tenant's datasets.</summary>
public sealed class DatasetTable(BatchStore store, TimeProvider time)
{
    /// <summary>The tenant's dataset of that id.</summary>
    /// <exception cref="ProblemException">404 DATASET_NOT_FOUND: unknown, deleted, or another tenant's.</exception>
    public async Task<Dataset> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var parsed) || Guid.TryParseExact(id, "N", out parsed)
            ? await FindAsync(tenant, parsed, cancellationToken) ?? throw new ProblemException(Problems.DatasetNotFound())
            : throw new ProblemException(Problems.DatasetNotFound());

    /// <summary>The tenant's dataset of that id, or null.</summary>
    public async Task<Dataset?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Datasets.FirstOrDefaultAsync(row => row.Id == id && row.Tenant == tenant, cancellationToken);
    }

    /// <summary>A tenant's datasets, newest first.</summary>
    /// <param name="tenant">The owner.</param>
    /// <param name="before">Only smaller numbers: where the page before ended.</param>
    /// <param name="limit">Datasets, at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<List<Dataset>> ListAsync(string tenant, long before, int limit, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Datasets.Where(row => row.Tenant == tenant && row.Number < before).OrderByDescending(row => row.Number).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Stores a new dataset, whose times it sets, unless it is there already.</summary>
    public async Task AddAsync(Dataset row)
    {
        row.CreatedAt = row.UpdatedAt = time.GetUtcNow().UtcDateTime;
        await using var unit = await store.BeginAsync();
        if (!await unit.Db.Datasets.AnyAsync(other => other.Id == row.Id))
        {
            unit.Db.Datasets.Add(row);
            await unit.CommitAsync();
        }
    }

    /// <summary>Replaces what a dialect keeps with a dataset; false when that is no longer what was read.</summary>
    public async Task<bool> ChangeDocumentAsync(Dataset row, string document)
    {
        var (id, read) = (row.Id, row.DialectDocument);
        await using var unit = await store.BeginAsync();
        var changed = await unit.Db.Datasets
            .Where(dataset => dataset.Id == id && dataset.DialectDocument == read)
            .ExecuteUpdateAsync(set => set.SetProperty(dataset => dataset.DialectDocument, document));
        await unit.CommitAsync();
        return changed == 1;
    }

    /// <summary>Deletes a dataset; an upload that is going on ends with 409. Expansions that have begun still read its rows.</summary>
    public async Task DeleteAsync(Dataset row, Actor actor)
    {
        await using var unit = await store.BeginAsync();
        if (await unit.Db.Datasets.Where(dataset => dataset.Id == row.Id).ExecuteDeleteAsync() == 1)
        {
            unit.Record(actor, AuditActions.DatasetDelete, $"datasets/{row.Id:D}");
        }

        await unit.Db.DatasetContents.Where(content => content.Dataset == row.Id).ExecuteUpdateAsync(set => set.SetProperty(content => content.Discarded, true));
        await unit.CommitAsync();
    }
}
