using System.Text.Json;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Upstreams;

/// <summary>What became of a wish to delete an upstream.</summary>
public enum UpstreamDeletion
{
    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    Unknown,

    /// <summary>It stays: unfinished jobs need it.</summary>
    InUse,
}

/// <summary>
/// Writes the table <c>upstreams</c>: every change of a definition, and its removal, is a new version. Safe against other
/// processes that write at the same time: who comes second looks again.
/// </summary>
public sealed class UpstreamVersions(BatchStore store)
{
    private static readonly JsonSerializerOptions Stored = new(UpstreamJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The definition as it is stored.</summary>
    public static string Write(Upstream upstream) => JsonSerializer.Serialize(upstream with { Version = 0 }, Stored);

    /// <summary>The definition that a row holds.</summary>
    public static Upstream Read(UpstreamVersion row) =>
        JsonSerializer.Deserialize<Upstream>(row.Definition!, UpstreamJson.Options)! with { Namespace = row.Namespace, Version = row.Version };

    /// <summary>Stores a definition that came through the API, unless it is the latest already.</summary>
    /// <returns>The version that it has.</returns>
    public async Task<int> PutAsync(Upstream upstream, Actor actor, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            var latest = await LatestAsync(unit.Db, upstream.Namespace, cancellationToken);
            if (IsSame(latest, upstream))
            {
                return latest!.Version;
            }

            var next = Next(upstream.Namespace, latest, Write(upstream));
            if (await TryInsertAsync(unit, next, actor, cancellationToken))
            {
                return next.Version;
            }
        }
    }

    /// <summary>
    /// Stores a definition from configuration, if it differs from the last one that came from there: a restart alone undoes
    /// nothing that was changed through the API since.
    /// </summary>
    public async Task ConfigureAsync(Upstream upstream, CancellationToken cancellationToken)
    {
        var done = false;
        while (!done)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            // The latest first: what another process stores between the two reads makes ours conflict.
            var latest = await LatestAsync(unit.Db, upstream.Namespace, cancellationToken);
            var configured = await LatestAsync(unit.Db, upstream.Namespace, cancellationToken, onlyConfigured: true);
            var next = Next(upstream.Namespace, latest, Write(upstream));
            next.Configured = true;
            done = IsSame(configured, upstream) || await TryInsertAsync(unit, next, actor: null, cancellationToken);
        }
    }

    /// <summary>Removes an upstream that no unfinished jobs of a run need.</summary>
    public async Task<UpstreamDeletion> DeleteAsync(string ns, Actor actor, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            var latest = await LatestAsync(unit.Db, ns, cancellationToken);
            if (latest?.Definition is null)
            {
                return UpstreamDeletion.Unknown;
            }

            if (await IsInUseAsync(unit.Db, ns, cancellationToken))
            {
                return UpstreamDeletion.InUse;
            }

            if (await TryInsertAsync(unit, Next(ns, latest, definition: null), actor, cancellationToken))
            {
                return UpstreamDeletion.Deleted;
            }
        }
    }

    // A lane is finished when nothing of it is left to cut, to retry or to hear of; in a settled run every lane is.
    private static Task<bool> IsInUseAsync(StoreDb db, string ns, CancellationToken cancellationToken) =>
        db.Lanes.AnyAsync(
            lane => lane.Namespace == ns
                && db.Runs.Any(run => run.Batch == lane.Batch && run.Number == lane.Run && run.SettledAt == null)
                && (lane.Open || lane.RetryAt != null
                    || db.Slices.Any(slice => slice.Batch == lane.Batch && slice.Run == lane.Run && slice.Namespace == ns)),
            cancellationToken);

    // As it reads, not as it was written: a member that has been added since would make a difference of none.
    private static bool IsSame(UpstreamVersion? row, Upstream upstream) => row?.Definition is not null && Write(Read(row)) == Write(upstream);

    private static Task<UpstreamVersion?> LatestAsync(StoreDb db, string ns, CancellationToken cancellationToken, bool onlyConfigured = false) =>
        db.Upstreams.AsNoTracking()
            .Where(row => row.Namespace == ns && (row.Configured || !onlyConfigured))
            .OrderByDescending(row => row.Version)
            .FirstOrDefaultAsync(cancellationToken);

    private static UpstreamVersion Next(string ns, UpstreamVersion? latest, string? definition) =>
        new() { Namespace = ns, Version = (latest?.Version ?? 0) + 1, Definition = definition };

    private static async Task<bool> TryInsertAsync(WorkUnit unit, UpstreamVersion row, Actor? actor, CancellationToken cancellationToken)
    {
        row.CreatedAt = unit.Now;
        if (!await unit.Db.InsertIfAbsentAsync(row, cancellationToken))
        {
            return false;
        }

        unit.Record(actor, row.Definition is null ? AuditActions.UpstreamDelete : AuditActions.UpstreamPut, $"upstreams/{row.Namespace}", $"version {row.Version}");
        await unit.CommitAsync(cancellationToken);
        return true;
    }
}
