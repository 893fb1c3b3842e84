using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Quotas;

/// <summary>
/// Counts what a tenant has. Each count reads one index. What moves while it is being counted moves from what is read first
/// to what is read later, so that it may be counted twice and is never missed.
/// </summary>
public static class QuotaCounts
{
    /// <summary>Batches that are not deleted.</summary>
    public static async Task<long> BatchesAsync(StoreDb db, string tenant, CancellationToken cancellationToken) =>
        await db.Batches.LongCountAsync(batch => batch.Tenant == tenant && batch.DeletedAt == null, cancellationToken);

    /// <summary>Jobs of the largest batch.</summary>
    public static async Task<long> JobsPerBatchAsync(StoreDb db, string tenant, CancellationToken cancellationToken) =>
        await db.Batches.Where(batch => batch.Tenant == tenant && batch.DeletedAt == null).MaxAsync(batch => (int?)batch.Total, cancellationToken) ?? 0;

    /// <summary>Jobs of batches that have not run yet, and jobs of the latest runs of the others, that have no outcome.</summary>
    public static async Task<long> PendingJobsAsync(StoreDb db, string tenant, CancellationToken cancellationToken)
    {
        var waiting = await db.Batches
            .Where(batch => batch.Tenant == tenant && batch.Run == 0 && batch.DeletedAt == null)
            .SumAsync(batch => (long)batch.Total, cancellationToken);
        return waiting + await db.Runs
            .Where(run => run.Tenant == tenant && run.SettledAt == null)
            .Where(run => db.Batches.Any(batch => batch.Number == run.Batch && batch.Run == run.Number && batch.DeletedAt == null))
            .SumAsync(run => (long)(run.Total - run.Completed - run.Failed), cancellationToken);
    }

    /// <summary>Stored outcomes, and those of pending jobs to come.</summary>
    public static async Task<long> ResultsAsync(StoreDb db, string tenant, CancellationToken cancellationToken)
    {
        var pending = await PendingJobsAsync(db, tenant, cancellationToken);
        return pending + await db.Runs
            .Where(run => run.Tenant == tenant && !run.Emptied)
            .SumAsync(run => (long)(run.Completed + run.Failed), cancellationToken);
    }

    /// <summary>Batches under way that want a callback, and callbacks that wait to be delivered.</summary>
    public static async Task<long> CallbacksAsync(StoreDb db, string tenant, CancellationToken cancellationToken)
    {
        var underWay = await db.Batches.LongCountAsync(
            batch => batch.Tenant == tenant && batch.Callback != null && batch.DeletedAt == null
                && (batch.CurrentState == nameof(BatchState.Committed) || batch.CurrentState == nameof(BatchState.Running)),
            cancellationToken);
        return underWay + await db.Deliveries.LongCountAsync(
            delivery => delivery.Tenant == tenant && delivery.State == DeliveryStates.Waiting, cancellationToken);
    }

    /// <summary>Uploads of jobs and of datasets whose owners live.</summary>
    public static async Task<long> UploadsAsync(StoreDb db, string tenant, DateTime now, CancellationToken cancellationToken)
    {
        var jobs = await db.Appends.LongCountAsync(append => append.Uploader == tenant && append.LeaseUntil > now, cancellationToken);
        return jobs + await db.DatasetContents.LongCountAsync(content => content.Uploader == tenant && content.LeaseUntil > now && !content.Discarded, cancellationToken);
    }
}
