using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Schedules;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tenants;

/// <summary>What batches get that do not choose for themselves; at most two seconds old.</summary>
public sealed class TenantDefaults(BatchStore store, TimeProvider time)
{
    private readonly Recent<string, TenantDefault> _recent = new(fresh: TimeSpan.FromSeconds(2), time);

    /// <summary>The tenant's.</summary>
    public ValueTask<TenantDefault> OfAsync(string tenant, CancellationToken cancellationToken) => _recent.GetAsync(tenant, ReadAsync, cancellationToken);

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget(string tenant) => _recent.Forget(tenant);

    private async Task<TenantDefault> ReadAsync(string tenant, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Tenants.Where(row => row.Name == tenant).Select(row => new TenantDefault(row.Callback, row.TimeZone)).FirstOrDefaultAsync(cancellationToken)
            ?? new TenantDefault(Callback: null, TimeZones.Default);
    }
}

/// <summary>What a tenant's batches get that do not choose for themselves.</summary>
/// <param name="Callback">The tenant's callback, or null.</param>
/// <param name="TimeZone">The IANA name of the zone in which schedules run.</param>
public sealed record TenantDefault(Callback? Callback, string TimeZone);
