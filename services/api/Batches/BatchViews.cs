using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Batches;

/// <summary>Reads batches as clients see them, at a cost that does not grow with their jobs.</summary>
public sealed class BatchViews(BatchStore store, TimeProvider clock, IOptions<PublicOptions> at)
{
    // Translated once: clients poll this, and building and recognizing so large a query takes longer than running it.
    // One statement, so that state and counts are of the same moment. Columns are named one by one to leave out the
    // batch's documents, which nobody here reads.
    private readonly Func<StoreDb, string?, Guid[], IAsyncEnumerable<Row>> _read = EF.CompileAsyncQuery((StoreDb db, string? tenant, Guid[] ids) =>
        from batch in db.Batches
        where (tenant == null || batch.Tenant == tenant) && batch.DeletedAt == null && ids.Contains(batch.CorrelationId)
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
                Queued = db.Slices
                    .Where(slice => slice.Batch == batch.Number && slice.Run == batch.Run && slice.State == SliceState.Queued)
                    .Sum(slice => slice.Remaining),
                Processing = db.Slices
                    .Where(slice => slice.Batch == batch.Number && slice.Run == batch.Run && slice.State == SliceState.Taken)
                    .Sum(slice => slice.Remaining),
                RunCreatedAt = (DateTime?)run.CreatedAt,
                SettledAt = run.SettledAt,
            },
        });

    /// <summary>One batch; null when it is unknown, deleted, or another tenant's.</summary>
    public async Task<BatchView?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return (await ReadAsync(db, tenant, [id], cancellationToken)).SingleOrDefault();
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
        var views = (await ReadAsync(db, filter.Tenant, [.. hits.Select(hit => hit.Id)], cancellationToken)).ToDictionary(view => view.Id);
        return ([.. hits.Where(hit => views.ContainsKey(hit.Id)).Select(hit => views[hit.Id])], next);
    }

    private async Task<List<BatchView>> ReadAsync(StoreDb db, string? tenant, Guid[] ids, CancellationToken cancellationToken)
    {
        var views = new List<BatchView>(ids.Length);
        await foreach (var row in _read(db, tenant, ids).WithCancellation(cancellationToken))
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
