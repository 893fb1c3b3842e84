using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Quotas;

/// <summary>
/// Refuses up front what a tenant's quotas have no room for, before anything of it is stored. Only for uploads is this the last
/// word; for the rest the lifecycle decides again, in the transaction that takes the room.
/// </summary>
public sealed class QuotaGate(BatchStore store, QuotaDirectory quotas, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Returns if there is room for something just now. Costs a tenant without quotas no query.</summary>
    /// <exception cref="ProblemException">429, or 422 for a batch with too many jobs, with the code of the quota.</exception>
    public async Task EnsureAsync(string tenant, QuotaUse use, CancellationToken cancellationToken)
    {
        var bounds = await quotas.OfAsync(tenant, cancellationToken);
        if (bounds.BoundsBatches && await Allowances.FindLackingAsync(store, tenant, bounds, use, Now, cancellationToken) is { } code)
        {
            throw new ProblemException(Problems.OverQuota(code));
        }
    }

    /// <summary>How many uploads the tenant may have at once; null for any number.</summary>
    public async ValueTask<int?> UploadsAsync(string? tenant, CancellationToken cancellationToken) =>
        tenant is null ? null : (await quotas.OfAsync(tenant, cancellationToken)).Uploads;

    /// <summary>
    /// Within the transaction that begins an upload: returns if there is room for it. Others that begin one for the tenant wait
    /// until that transaction has ended.
    /// </summary>
    /// <exception cref="ProblemException">429 QUOTA_UPLOADS.</exception>
    public async Task EnsureUploadAsync(StoreDb db, string tenant, int limit, CancellationToken cancellationToken)
    {
        var now = Now;
        await db.UpdateOrInsertAsync(
            $"UPDATE tenants SET weight = weight", $"name = {tenant}", () => new Tenant { Name = tenant, UpdatedAt = now }, cancellationToken);
        if (await QuotaCounts.UploadsAsync(db, tenant, now, cancellationToken) >= limit)
        {
            throw new ProblemException(Problems.OverQuota(ErrorCodes.QuotaUploads));
        }
    }
}
