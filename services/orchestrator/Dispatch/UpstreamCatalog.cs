using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// The latest definition of each upstream, at most a second old; one that was just made is there at once, since jobs of an upstream
/// without a definition fail. Without schemas: calls need none, and they may be large.
/// </summary>
public sealed class UpstreamCatalog(BatchStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private Dictionary<string, Upstream> _latest = [];
    private long _readAt;

    /// <summary>Definitions by namespace.</summary>
    /// <param name="wanted">The namespaces that are about to be called.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyDictionary<string, Upstream>> LatestAsync(IEnumerable<string> wanted, CancellationToken cancellationToken)
    {
        if (wanted.All(_latest.ContainsKey) && time.GetElapsedTime(_readAt) < Fresh)
        {
            return _latest;
        }

        _latest = await ReadAsync(_latest, cancellationToken);
        _readAt = time.GetTimestamp();
        return _latest;
    }

    /// <summary>One version of one definition, or null.</summary>
    public async Task<Upstream?> FindAsync(string ns, int version, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var row = await db.Upstreams.FirstOrDefaultAsync(row => row.Namespace == ns && row.Version == version, cancellationToken);
        return row?.Definition is null ? null : Parse(row);
    }

    // A version never changes, so only those not known yet are read whole.
    private async Task<Dictionary<string, Upstream>> ReadAsync(Dictionary<string, Upstream> known, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var versions = await db.Upstreams
            .Where(row => row.Version == db.Upstreams.Where(other => other.Namespace == row.Namespace).Max(other => other.Version) && row.Definition != null)
            .Select(row => new { row.Namespace, row.Version })
            .ToListAsync(cancellationToken);
        var latest = new Dictionary<string, Upstream>();
        foreach (var key in versions)
        {
            latest[key.Namespace] = known.GetValueOrDefault(key.Namespace) is { } same && same.Version == key.Version
                ? same
                : Parse(await db.Upstreams.SingleAsync(row => row.Namespace == key.Namespace && row.Version == key.Version, cancellationToken));
        }

        return latest;
    }

    private static Upstream Parse(UpstreamVersion row) =>
        JsonSerializer.Deserialize<Upstream>(row.Definition!, UpstreamJson.Options)!.WithoutSchemas() with { Namespace = row.Namespace, Version = row.Version };
}
