using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Schedules;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tenants;

/// <summary>What batches get that do not choose for themselves; at most two seconds old.</summary>
public sealed class TenantDefaults(BatchStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (TenantDefault Default, long ReadAt)> _known = new(StringComparer.Ordinal);

    /// <summary>The tenant's.</summary>
    public async ValueTask<TenantDefault> OfAsync(string tenant, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Default;
        }

        await using var db = store.Read();
        var found = await db.Tenants.Where(row => row.Name == tenant).Select(row => new TenantDefault(row.Callback, row.TimeZone)).FirstOrDefaultAsync(cancellationToken)
            ?? new TenantDefault(Callback: null, TimeZones.Default);
        _known[tenant] = (found, time.GetTimestamp());
        return found;
    }

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget(string tenant) => _known.TryRemove(tenant, out _);
}

/// <summary>What a tenant's batches get that do not choose for themselves.</summary>
/// <param name="Callback">The tenant's callback, or null.</param>
/// <param name="TimeZone">The IANA name of the zone in which schedules run.</param>
public sealed record TenantDefault(Callback? Callback, string TimeZone);
