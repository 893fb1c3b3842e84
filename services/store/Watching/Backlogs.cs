using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Watching;

/// <summary>What waits of one tenant at a moment.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Batches">Batches that are Committed or Running.</param>
/// <param name="Pending">Their jobs without an outcome that are in no slice.</param>
/// <param name="Queued">Jobs in slices that no worker has yet.</param>
/// <param name="Processing">Jobs in slices that workers have.</param>
public sealed record TenantBacklog(string Tenant, int Batches, long Pending, long Queued, long Processing);

/// <summary>Counts what waits.</summary>
public static class Backlogs
{
    /// <summary>Of the tenants that have batches under way, or jobs in slices of one that was stopped: of one tenant or of all.</summary>
    public static async Task<IReadOnlyList<TenantBacklog>> ReadAsync(StoreDb db, string? tenant, CancellationToken cancellationToken)
    {
        // Read one after the other, the two may disagree by what moved in between.
        var slices = await db.Slices
            .Where(slice => (tenant == null || slice.Tenant == tenant) && slice.State != SliceState.Returned)
            .GroupBy(slice => new { slice.Tenant, slice.State })
            .Select(group => new { group.Key.Tenant, group.Key.State, Jobs = group.Sum(slice => (long)slice.Remaining) })
            .ToListAsync(cancellationToken);
        var under = await db.Runs
            .Where(run => (tenant == null || run.Tenant == tenant) && run.SettledAt == null)
            .Join(
                db.Batches.Where(batch => batch.CurrentState == nameof(BatchState.Committed) || batch.CurrentState == nameof(BatchState.Running)),
                run => new { run.Batch, run.Number },
                batch => new { Batch = batch.Number, Number = batch.Run },
                (run, batch) => new { run.Tenant, Jobs = (long)(run.Total - run.Completed - run.Failed) })
            .GroupBy(run => run.Tenant)
            .Select(group => new { Tenant = group.Key, Batches = group.Count(), Jobs = group.Sum(run => run.Jobs) })
            .ToListAsync(cancellationToken);
        long JobsIn(string of, SliceState state) => slices.Find(group => group.Tenant == of && group.State == state)?.Jobs ?? 0;
        return [.. under.Select(each => each.Tenant).Union(slices.Select(group => group.Tenant)).Select(name =>
        {
            var (runs, queued, processing) = (under.Find(each => each.Tenant == name), JobsIn(name, SliceState.Queued), JobsIn(name, SliceState.Taken));
            return new TenantBacklog(name, runs?.Batches ?? 0, Math.Max(0, (runs?.Jobs ?? 0) - queued - processing), queued, processing);
        })];
    }
}
