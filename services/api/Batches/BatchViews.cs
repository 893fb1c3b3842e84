using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Batches;

/// <summary>Which batches to list.</summary>
/// <param name="State">Only in this state.</param>
/// <param name="Name">Only those whose name contains it, in the same case.</param>
/// <param name="CreatedAfter">Only later ones, UTC.</param>
/// <param name="CreatedBefore">Only earlier ones, UTC.</param>
public sealed record BatchFilter(BatchState? State = null, string? Name = null, DateTime? CreatedAfter = null, DateTime? CreatedBefore = null);

/// <summary>Reads batches as clients see them, at a cost that does not grow with their jobs.</summary>
public sealed class BatchViews(BatchStore store, TimeProvider clock, IOptions<PublicOptions> at)
{
    // Translated once: clients poll this, and building and recognizing so large a query takes longer than running it.
    // One statement, so that state and counts are of the same moment. Columns are named one by one to leave out the
    // batch's documents, which nobody here reads.
    private readonly Func<StoreDb, string, Guid[], IAsyncEnumerable<Row>> _read = EF.CompileAsyncQuery((StoreDb db, string tenant, Guid[] ids) =>
        from batch in db.Batches
        where batch.Tenant == tenant && batch.DeletedAt == null && ids.Contains(batch.CorrelationId)
        from run in db.Runs.Where(run => run.Batch == batch.Number && run.Number == batch.Run).DefaultIfEmpty()
        from plan in db.Schedules.Where(plan => plan.Batch == batch.Number).DefaultIfEmpty()
        orderby batch.Number descending
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

    /// <summary>A tenant's batches, newest first: by falling number.</summary>
    /// <param name="tenant">The owner.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="before">Only smaller numbers: where the page before ended.</param>
    /// <param name="limit">Batches, at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The batches, and where the page ended if there is another: also when some of it were deleted meanwhile.</returns>
    public async Task<(IReadOnlyList<BatchView> Batches, long? Next)> ListAsync(string tenant, BatchFilter filter, long before, int limit, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var batches = db.Batches.Where(batch => batch.Tenant == tenant && batch.DeletedAt == null && batch.Number < before);
        var found = await Filter(batches, filter)
            .OrderByDescending(batch => batch.Number)
            .Take(limit + 1)
            .Select(batch => new { batch.CorrelationId, batch.Number })
            .ToListAsync(cancellationToken);
        var page = await ReadAsync(db, tenant, [.. found.Take(limit).Select(batch => batch.CorrelationId)], cancellationToken);
        return (page, found.Count > limit ? found[limit - 1].Number : null);
    }

    private async Task<List<BatchView>> ReadAsync(StoreDb db, string tenant, Guid[] ids, CancellationToken cancellationToken)
    {
        var views = new List<BatchView>(ids.Length);
        await foreach (var row in _read(db, tenant, ids).WithCancellation(cancellationToken))
        {
            views.Add(row.Tally.Complete(row.View, clock.GetUtcNow().UtcDateTime, at.Value));
        }

        return views;
    }

    private static IQueryable<Batch> Filter(IQueryable<Batch> batches, BatchFilter filter)
    {
        var state = filter.State?.ToString();
        return batches
            .Where(batch => state == null || batch.CurrentState == state)
            .Where(batch => filter.Name == null || batch.Name!.Contains(filter.Name))
            .Where(batch => filter.CreatedAfter == null || batch.CreatedAt > filter.CreatedAfter)
            .Where(batch => filter.CreatedBefore == null || batch.CreatedAt < filter.CreatedBefore);
    }

    private sealed class Row
    {
        public required BatchView View { get; init; }

        public required BatchTally Tally { get; init; }
    }
}
