using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Finds the requesting tenant's batches together with what this dialect shows of them.</summary>
public sealed class ProlificBatches(BatchStore store, DialectBatches batches, ProlificDialect dialect)
{
    /// <summary>The batch of that id.</summary>
    /// <exception cref="ProblemException">404.</exception>
    internal async Task<ProlificBatch> FindAsync(HttpContext context, string id)
    {
        var row = Guid.TryParse(id, out var parsed) ? await batches.FindAsync(context, dialect, parsed) : null;
        return row is null ? throw new ProblemException(Problems.BatchNotFound()) : (await CompleteAsync([row], context))[0];
    }

    /// <summary>All batches of a workspace, oldest first.</summary>
    internal async Task<IReadOnlyList<ProlificBatch>> ListAsync(HttpContext context, string workspace)
    {
        var (tenant, name, text) = (context.Tenant(), dialect.Name, BatchDocument.OfWorkspace(workspace));
        await using var db = store.Read();
        var rows = await db.Batches
            .Where(batch => batch.Tenant == tenant && batch.Dialect == name && batch.DeletedAt == null && batch.DialectDocument!.Contains(text))
            .OrderBy(batch => batch.Number)
            .ToListAsync(context.RequestAborted);
        return await CompleteAsync(rows, context);
    }

    private async Task<List<ProlificBatch>> CompleteAsync(List<Batch> rows, HttpContext context)
    {
        var tenant = context.Tenant();
        var found = rows.ConvertAll(row => (Row: row, Document: BatchDocument.Read(row.DialectDocument)));
        var (ids, datasetIds) = (rows.ConvertAll(row => row.CorrelationId), found.Select(each => each.Document.DatasetId).OfType<Guid>().Distinct().ToList());
        await using var db = store.Read();
        var setups = await db.Expansions.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, context.RequestAborted);
        var datasets = await db.Datasets.Where(row => datasetIds.Contains(row.Id) && row.Tenant == tenant).ToDictionaryAsync(row => row.Id, context.RequestAborted);
        return found.ConvertAll(each => new ProlificBatch(
            each.Row, each.Document, setups.GetValueOrDefault(each.Row.CorrelationId), datasets.GetValueOrDefault(each.Document.DatasetId ?? Guid.Empty)));
    }
}
