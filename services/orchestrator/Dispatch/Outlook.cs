using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// What the dispatcher sees at one moment: what is out, what could be cut, and which upstreams are closed. It may be
/// outdated by the time of the cut, which therefore is conditional on every row that it changes.
/// </summary>
/// <param name="Live">Queued and taken slices, summed.</param>
/// <param name="Lanes">Lanes that have something to cut, with what their run asks for.</param>
/// <param name="Closed">Upstreams that must not be called now.</param>
internal sealed record Outlook(IReadOnlyList<LiveSlices> Live, IReadOnlyList<RunnableLane> Lanes, IReadOnlySet<string> Closed)
{
    // More than one round can cut, from each tenant, so that no tenant's lanes hide another's.
    private const int LanesPerTenant = 32;

    /// <summary>Slices that wait in the broker.</summary>
    public int Waiting => Live.Where(slices => slices.State == SliceState.Queued).Sum(slices => slices.Count);

    /// <summary>Reads the outlook.</summary>
    public static async Task<Outlook> ReadAsync(BatchStore store, DateTime now, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var lanes = await LanesAsync(db, now, cancellationToken);
        if (lanes.Count == 0)
        {
            return new Outlook([], [], new HashSet<string>());
        }

        var live = await db.Slices
            .Where(slice => slice.State != SliceState.Returned)
            .GroupBy(slice => new { slice.Tenant, slice.Batch, slice.Namespace, slice.State })
            .Select(group => new LiveSlices(
                group.Key.Tenant,
                group.Key.Batch,
                group.Key.Namespace,
                group.Key.State,
                group.Count(),
                group.Sum(slice => slice.Concurrency),
                group.Sum(slice => slice.CallsPerSecond)))
            .ToListAsync(cancellationToken);
        var closed = await db.Gates.Where(gate => gate.ClosedUntil > now).Select(gate => gate.Namespace).ToListAsync(cancellationToken);
        return new Outlook(live, lanes, closed.ToHashSet(StringComparer.Ordinal));
    }

    // Each part of the union is served by an index of its own, which one condition with OR would not be.
    private static Task<List<RunnableLane>> LanesAsync(StoreDb db, DateTime now, CancellationToken cancellationToken) =>
        WithRuns(db, db.Lanes.FromSql(
            $"""
            SELECT * FROM lanes WHERE active AND (batch, run, namespace) IN (
                SELECT batch, run, namespace FROM (
                    SELECT batch, run, namespace, ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY priority DESC, batch) AS place
                    FROM lanes WHERE active AND open) AS ranked
                WHERE place <= {LanesPerTenant}
                UNION SELECT batch, run, namespace FROM lanes WHERE active AND retry_at <= {now}
                UNION SELECT batch, run, namespace FROM slices WHERE state = {(short)SliceState.Returned})
            """)).ToListAsync(cancellationToken);

    private static IQueryable<RunnableLane> WithRuns(StoreDb db, IQueryable<Lane> lanes) =>
        from lane in lanes
        join run in db.Runs on new { lane.Batch, lane.Run } equals new { run.Batch, Run = run.Number }
        select new RunnableLane(lane, run.StopOnJobError, run.Deadline, db.Slices.Any(slice =>
            slice.Batch == lane.Batch && slice.Run == lane.Run && slice.Namespace == lane.Namespace && slice.State == SliceState.Returned));
}

/// <summary>A lane that has something to cut.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="StopOnJobError">A failure stops its run.</param>
/// <param name="Deadline">The run's.</param>
/// <param name="HasReturned">Slices of it wait to be sent again.</param>
internal sealed record RunnableLane(Lane Lane, bool StopOnJobError, DateTime Deadline, bool HasReturned);
