using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Finds the requesting tenant's batches together with what this dialect shows of them.</summary>
public sealed class ProlificBatches(BatchStore store, DialectBatches batches, ProlificDialect dialect)
{
    private const int BatchesAtOnce = 16;

    /// <summary>The batch of that id.</summary>
    /// <exception cref="ProblemException">404.</exception>
    internal async Task<ProlificBatch> FindAsync(HttpContext context, string id)
    {
        var row = Guid.TryParse(id, out var parsed) ? await batches.FindAsync(context, dialect, parsed) : null;
        return row is null ? throw new ProblemException(Problems.BatchNotFound()) : (await CompleteAsync([row], context))[0];
    }

    /// <summary>All batches of a workspace, oldest first, a few at a time: the layout of each may be large.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<ProlificBatch>> ListAsync(HttpContext context, string workspace)
    {
        var text = BatchDocument.OfWorkspace(workspace);
        for (long? after = -1; after is not null;)
        {
            var rows = await RowsAsync(context, text, after.Value);
            // A layout may have the same text in it.
            yield return (await CompleteAsync(rows, context)).FindAll(batch => batch.Document.WorkspaceId == workspace);
            after = rows.Count < BatchesAtOnce ? null : rows[^1].Number;
        }
    }

    private async Task<List<Batch>> RowsAsync(HttpContext context, string text, long after)
    {
        await using var db = store.Read();
        return await DialectBatches.Of(db, context, dialect)
            .Where(batch => batch.Number > after && batch.DialectDocument!.Contains(text))
            .OrderBy(batch => batch.Number)
            .Take(BatchesAtOnce)
            .ToListAsync(context.RequestAborted);
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
