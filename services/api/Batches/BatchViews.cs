using System.Linq.Expressions;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Batches;

/// <summary>Reads batches as clients see them, at a cost that does not grow with their jobs.</summary>
public sealed class BatchViews(BatchStore store, TimeProvider clock, IOptions<PublicOptions> at)
{
    // One statement, so that state and counts are of the same moment. Columns are named one by one to leave out the
    // batch's documents, which nobody here reads. No condition asks for a slice's state: its index holds those of all batches that come and go.
    private static readonly Expression<Func<StoreDb, IQueryable<Batch>, IQueryable<Row>>> Rows = (db, batches) =>
        from batch in batches
        from run in db.Runs.Where(run => run.Batch == batch.Number && run.Number == batch.Run).DefaultIfEmpty()
        from plan in db.Schedules.Where(plan => plan.Batch == batch.Number).DefaultIfEmpty()
        select new Row
        {
            View = new BatchView
            {
                Id = batch.CorrelationId,
                Number = batch.Number,
                Name = batch.Name,
                State = Enum.Parse<BatchState>(batch.CurrentState),
                Tenant = batch.Tenant,
                Recurring = batch.Recurring,
                Options = batch.Options,
                Callback = CallbackView.Of(batch.Callback),
                Schedule = ScheduleView.Of(batch.Schedule, plan.LastFireAt, plan.LastResult, plan.LastRun),
                NextRunAt = plan.NextAt,
                Paused = batch.Paused,
                PauseReason = batch.PauseReason,
                Run = batch.Run,
                CreatedAt = batch.CreatedAt,
                CommittedAt = batch.CommittedAt,
                StartedAt = batch.StartedAt,
                EndedAt = batch.EndedAt,
                UpdatedAt = batch.UpdatedAt,
            },
            Tally = new BatchTally
            {
                BatchTotal = batch.Total,
                RootTotal = db.Runs.Where(root => root.Batch == batch.Number && root.Number == run.Root).Select(root => (int?)root.Total).FirstOrDefault(),
                Completed = db.Runs.Where(each => each.Batch == batch.Number && each.Root == run.Root).Sum(each => each.Completed),
                RunCompleted = (int?)run.Completed ?? 0,
                RunFailed = (int?)run.Failed ?? 0,
                Queued = db.Slices.Where(slice => slice.Batch == batch.Number && slice.Run == batch.Run).Sum(slice => slice.State == SliceState.Queued ? slice.Remaining : 0),
                Processing = db.Slices.Where(slice => slice.Batch == batch.Number && slice.Run == batch.Run).Sum(slice => slice.State == SliceState.Taken ? slice.Remaining : 0),
                RunCreatedAt = (DateTime?)run.CreatedAt,
                SettledAt = run.SettledAt,
            },
        };

    // Translated once: clients poll these, and building and recognizing so large a query takes longer than running it. A single batch
    // is asked for by its id and nothing else. PostgreSQL takes a list of ids for ten, and plans anew each time to find that it is one;
    // and while it knows nothing of a young table, it takes all batches of a tenant for one and keeps a plan that reads them.
    private readonly Func<StoreDb, Guid, IAsyncEnumerable<Row>> _one = EF.CompileAsyncQuery(RowsOf<Func<StoreDb, Guid, IQueryable<Row>>>(
        (StoreDb db, Guid id) => db.Batches.Where(batch => batch.CorrelationId == id && batch.DeletedAt == null)));

    private readonly Func<StoreDb, string?, Guid[], IAsyncEnumerable<Row>> _several = EF.CompileAsyncQuery(RowsOf<Func<StoreDb, string?, Guid[], IQueryable<Row>>>(
        (StoreDb db, string? tenant, Guid[] ids) => db.Batches.Where(batch => ids.Contains(batch.CorrelationId) && (tenant == null || batch.Tenant == tenant) && batch.DeletedAt == null)));

    /// <summary>One batch; null when it is unknown, deleted, or another tenant's.</summary>
    public async Task<BatchView?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return (await ReadAsync(_one(db, id), cancellationToken)).SingleOrDefault(view => view.Tenant == tenant);
    }

    /// <summary>The batches that a filter means.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="sort">In which order.</param>
    /// <param name="from">Where the page before ended.</param>
    /// <param name="limit">Batches, at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The batches, and where the page ended if there may be another: also when some of it were deleted meanwhile.</returns>
    public async Task<(IReadOnlyList<BatchView> Batches, BatchPosition? Next)> ListAsync(
        BatchFilter filter, BatchSort sort, BatchPosition? from, int limit, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var (hits, next) = await new BatchSearch(db, filter).FindAsync(sort, from, limit, cancellationToken);
        var views = (await ReadAsync(_several(db, filter.Tenant, [.. hits.Select(hit => hit.Id)]), cancellationToken)).ToDictionary(view => view.Id);
        return ([.. hits.Where(hit => views.ContainsKey(hit.Id)).Select(hit => views[hit.Id])], next);
    }

    // The rows of what a query finds, with the query's parameters; the first is the context.
    private static Expression<TQuery> RowsOf<TQuery>(LambdaExpression batches)
        where TQuery : Delegate =>
        Expression.Lambda<TQuery>(ReplacingExpressionVisitor.Replace(Rows.Parameters, [batches.Parameters[0], batches.Body], Rows.Body), batches.Parameters);

    private async Task<List<BatchView>> ReadAsync(IAsyncEnumerable<Row> rows, CancellationToken cancellationToken)
    {
        var views = new List<BatchView>();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            views.Add(row.Tally.Complete(row.View, clock.GetUtcNow().UtcDateTime, at.Value));
        }

        return views;
    }

    private sealed class Row
    {
        public required BatchView View { get; init; }

        public required BatchTally Tally { get; init; }
    }
}
