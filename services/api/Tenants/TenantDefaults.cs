using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tenants;

/// <summary>What batches get that do not choose for themselves; at most two seconds old.</summary>
public sealed class TenantDefaults(BatchStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (Callback? Callback, long ReadAt)> _known = new(StringComparer.Ordinal);

    /// <summary>The tenant's callback, or null.</summary>
    public async ValueTask<Callback?> CallbackAsync(string tenant, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Callback;
        }

        await using var db = store.Read();
        var callback = await db.Tenants.Where(row => row.Name == tenant).Select(row => row.Callback).FirstOrDefaultAsync(cancellationToken);
        _known[tenant] = (callback, time.GetTimestamp());
        return callback;
    }

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget(string tenant) => _known.TryRemove(tenant, out _);
}
