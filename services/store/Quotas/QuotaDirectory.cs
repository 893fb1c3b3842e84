using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Quotas;

/// <summary>Tells a tenant's quotas; what it tells is at most two seconds old, so that a request costs no query.</summary>
public sealed class QuotaDirectory(BatchStore store, TimeProvider time, IOptions<TenantQuotas> defaults)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, (TenantQuotas Quotas, long ReadAt)> _known = new(StringComparer.Ordinal);

    /// <summary>The deployment's.</summary>
    public TenantQuotas Defaults => defaults.Value;

    /// <summary>The tenant's own, and the deployment's where it has none.</summary>
    public async ValueTask<TenantQuotas> OfAsync(string tenant, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Quotas;
        }

        await using var db = store.Read();
        var own = await db.Tenants.Where(row => row.Name == tenant).Select(row => row.Quotas).FirstOrDefaultAsync(cancellationToken);
        var quotas = own?.Or(defaults.Value) ?? defaults.Value;
        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        _known[tenant] = (quotas, time.GetTimestamp());
        return quotas;
    }

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget(string tenant) => _known.TryRemove(tenant, out _);
}
