using BatchPlatform.Contracts;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Which namespaces and actions jobs may name; at most a second old.</summary>
public sealed class UpstreamDirectory(BatchStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private Snapshot? _snapshot;

    /// <summary>The latest version of every upstream.</summary>
    public async ValueTask<KnownUpstreams> CurrentAsync(CancellationToken cancellationToken)
    {
        var known = _snapshot;
        if (known is not null && time.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Upstreams;
        }

        var snapshot = new Snapshot(await ReadAsync(known?.Upstreams, cancellationToken), time.GetTimestamp());
        _snapshot = snapshot;
        return snapshot.Upstreams;
    }

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget()
    {
        if (_snapshot is { } known)
        {
            _snapshot = known with { ReadAt = time.GetTimestamp() - (long)(Fresh.TotalSeconds * time.TimestampFrequency) };
        }
    }

    // A version never changes, so only those not known yet are read whole.
    private async Task<KnownUpstreams> ReadAsync(KnownUpstreams? known, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var versions = await db.Upstreams
            .Where(row => row.Version == db.Upstreams.Where(other => other.Namespace == row.Namespace).Max(other => other.Version) && row.Definition != null)
            .OrderBy(row => row.Namespace)
            .Select(row => new { row.Namespace, row.Version })
            .ToListAsync(cancellationToken);
        var latest = new List<KnownUpstream>();
        foreach (var key in versions)
        {
            latest.Add(known?.Find(key.Namespace) is { } same && same.Definition.Version == key.Version
                ? same
                : await LoadAsync(db, key.Namespace, key.Version, cancellationToken));
        }

        return new KnownUpstreams(latest);
    }

    private static async Task<KnownUpstream> LoadAsync(StoreDb db, string ns, int version, CancellationToken cancellationToken) =>
        new(UpstreamVersions.Read(await db.Upstreams.SingleAsync(row => row.Namespace == ns && row.Version == version, cancellationToken)));

    private sealed record Snapshot(KnownUpstreams Upstreams, long ReadAt);
}
