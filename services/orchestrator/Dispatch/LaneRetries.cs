using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// The jobs of a lane that wait for their next attempt, and the lane's <c>retry_at</c>, which says when to look at them. Whoever
/// adds or takes some locks the lane's row, so that one comes wholly before the other and the time is never older than the jobs.
/// </summary>
internal static class LaneRetries
{
    /// <summary>Adds the jobs of a slice that are to be tried again.</summary>
    public static async Task AddAsync(StoreDb db, Slice slice, IReadOnlyList<RetryLater> retries, CancellationToken cancellationToken)
    {
        if (retries.Count == 0)
        {
            return;
        }

        db.Retries.AddRange(retries.Select(retry => new Retry
        {
            Batch = slice.Batch,
            Run = slice.Run,
            Index = retry.Index,
            Namespace = slice.Namespace,
            Attempt = retry.Attempt,
            DueAt = retry.DueAt,
        }));

        // The row is written also when its time is early enough: a condition would be judged by the row as it was before a cutter,
        // who does not see these jobs yet, sets a later time or none, and nobody would look at them again.
        var due = retries.Min(retry => retry.DueAt);
        await db.Lanes
            .Where(lane => lane.Batch == slice.Batch && lane.Run == slice.Run && lane.Namespace == slice.Namespace)
            .ExecuteUpdateAsync(lane => lane.SetProperty(l => l.RetryAt, l => l.RetryAt == null || l.RetryAt > due ? due : l.RetryAt), cancellationToken);
    }

    /// <summary>Locks the lane, so that all that was added by now is seen; false when it is not active any more.</summary>
    public static async Task<bool> LockAsync(StoreDb db, Lane lane, CancellationToken cancellationToken) =>
        await Active(db, lane).ExecuteUpdateAsync(row => row.SetProperty(l => l.RetryAt, (DateTime?)null), cancellationToken) == 1;

    /// <summary>Those of the lane, which is locked.</summary>
    public static IQueryable<Retry> Of(StoreDb db, Lane lane) =>
        db.Retries.Where(retry => retry.Batch == lane.Batch && retry.Run == lane.Run && retry.Namespace == lane.Namespace);

    /// <summary>Sets when to look at the lane, which is locked, again.</summary>
    public static async Task ReleaseAsync(StoreDb db, Lane lane, CancellationToken cancellationToken)
    {
        lane.RetryAt = await Of(db, lane).MinAsync(retry => (DateTime?)retry.DueAt, cancellationToken);
        await Active(db, lane).ExecuteUpdateAsync(row => row.SetProperty(l => l.RetryAt, lane.RetryAt), cancellationToken);
    }

    private static IQueryable<Lane> Active(StoreDb db, Lane lane) =>
        db.Lanes.Where(row => row.Batch == lane.Batch && row.Run == lane.Run && row.Namespace == lane.Namespace && row.Epoch == lane.Epoch && row.Active);
}
