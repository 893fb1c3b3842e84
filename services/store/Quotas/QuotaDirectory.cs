using BatchPlatform.Defaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Quotas;

/// <summary>Tells a tenant's quotas; what it tells is at most two seconds old, so that a request costs no query.</summary>
public sealed class QuotaDirectory(BatchStore store, TimeProvider time, IOptions<TenantQuotas> defaults)
{
    private readonly Recent<string, TenantQuotas> _recent = new(fresh: TimeSpan.FromSeconds(2), time);

    /// <summary>The deployment's.</summary>
    public TenantQuotas Defaults => defaults.Value;

    /// <summary>The tenant's own, and the deployment's where it has none.</summary>
    public ValueTask<TenantQuotas> OfAsync(string tenant, CancellationToken cancellationToken) => _recent.GetAsync(tenant, ReadAsync, cancellationToken);

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget(string tenant) => _recent.Forget(tenant);

    private async Task<TenantQuotas> ReadAsync(string tenant, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var own = await db.Tenants.Where(row => row.Name == tenant).Select(row => row.Quotas).FirstOrDefaultAsync(cancellationToken);
        return own?.Or(defaults.Value) ?? defaults.Value;
    }
}
