using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Which namespaces and actions jobs may name; at most two seconds old.</summary>
public sealed class UpstreamDirectory(BatchStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private Snapshot? _snapshot;

    /// <summary>The latest version of every upstream.</summary>
    public async ValueTask<KnownUpstreams> CurrentAsync(CancellationToken cancellationToken)
    {
        if (_snapshot is { } known && time.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Upstreams;
        }

        var snapshot = new Snapshot(await ReadAsync(cancellationToken), time.GetTimestamp());
        _snapshot = snapshot;
        return snapshot.Upstreams;
    }

    /// <summary>Stores a definition as a new version unless it is the latest already; safe against other processes that do the same.</summary>
    public async Task StoreAsync(Upstream upstream, CancellationToken cancellationToken)
    {
        var definition = JsonSerializer.Serialize(upstream with { Version = 0 }, UpstreamJson.Options);
        var stored = false;
        while (!stored)
        {
            stored = await TryStoreAsync(upstream.Namespace, definition, cancellationToken);
        }

        _snapshot = null;
    }

    private async Task<bool> TryStoreAsync(string ns, string definition, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var latest = await unit.Db.Upstreams.AsNoTracking().Where(row => row.Namespace == ns).OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancellationToken);
        if (latest?.Definition == definition)
        {
            return true;
        }

        var version = (latest?.Version ?? 0) + 1;
        var now = time.GetUtcNow().UtcDateTime;
        var rows = await unit.Db.Database.ExecuteSqlAsync(
            $"INSERT INTO upstreams (namespace, version, definition, created_at) VALUES ({ns}, {version}, {definition}, {now}) ON CONFLICT DO NOTHING",
            cancellationToken);
        await unit.CommitAsync(cancellationToken);
        return rows == 1;
    }

    private async Task<KnownUpstreams> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var rows = await db.Upstreams
            .Where(row => row.Version == db.Upstreams.Where(other => other.Namespace == row.Namespace).Max(other => other.Version))
            .OrderBy(row => row.Namespace)
            .ToListAsync(cancellationToken);
        return new KnownUpstreams(rows.Select(Parse));
    }

    private static Upstream Parse(UpstreamVersion row) =>
        JsonSerializer.Deserialize<Upstream>(row.Definition, UpstreamJson.Options)! with { Namespace = row.Namespace, Version = row.Version };

    private sealed record Snapshot(KnownUpstreams Upstreams, long ReadAt);
}
