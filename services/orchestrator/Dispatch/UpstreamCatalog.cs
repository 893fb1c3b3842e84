using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>The latest definition of each upstream, at most a second old.</summary>
public sealed class UpstreamCatalog(BatchStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private Dictionary<string, Upstream> _latest = [];
    private long _readAt;

    /// <summary>Definitions by namespace.</summary>
    public async Task<IReadOnlyDictionary<string, Upstream>> LatestAsync(CancellationToken cancellationToken)
    {
        if (_latest.Count > 0 && time.GetElapsedTime(_readAt) < Fresh)
        {
            return _latest;
        }

        await using var db = store.Read();
        var rows = await db.Upstreams
            .Where(row => row.Version == db.Upstreams.Where(other => other.Namespace == row.Namespace).Max(other => other.Version))
            .ToListAsync(cancellationToken);
        _latest = rows.ToDictionary(row => row.Namespace, Parse);
        _readAt = time.GetTimestamp();
        return _latest;
    }

    /// <summary>One version of one definition, or null.</summary>
    public async Task<Upstream?> FindAsync(string ns, int version, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var row = await db.Upstreams.FirstOrDefaultAsync(row => row.Namespace == ns && row.Version == version, cancellationToken);
        return row is null ? null : Parse(row);
    }

    private static Upstream Parse(Store.Tables.UpstreamVersion row) =>
        JsonSerializer.Deserialize<Upstream>(row.Definition, UpstreamJson.Options)! with { Namespace = row.Namespace, Version = row.Version };
}
