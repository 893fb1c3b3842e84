using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// What the dispatcher sees at one moment. It may be outdated by the time of the cut, which therefore is conditional on
/// every row that it changes.
/// </summary>
internal static class Outlook
{
    // More than one round can cut, of each tenant and upstream, so that no tenant's lanes hide another's, and none of a busy upstream those
    // of an idle one.
    private const int LanesOfEach = 32;

    /// <summary>Queued and taken slices, summed.</summary>
    public static Task<List<LiveSlices>> LiveAsync(StoreDb db, CancellationToken cancellationToken) => RawStatement.RowsAsync(
        db,
        Interpolated.Text($"""
        SELECT tenant, batch, namespace, action, state, COUNT(*), SUM(concurrency), SUM(calls_per_second)
        FROM slices WHERE state <> {(int)SliceState.Returned} GROUP BY tenant, batch, namespace, action, state
        """),
        named: [],
        row => new LiveSlices(
            row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), (SliceState)row.GetInt16(4), Number(row, 5), Number(row, 6), row.GetDouble(7)),
        cancellationToken);

    /// <summary>Lanes that have something to cut and whose tenant and upstream let it be run.</summary>
    public static Task<List<RunnableLane>> LanesAsync(StoreDb db, DateTime now, CancellationToken cancellationToken)
    {
        var (lanes, runs) = (db.RowsOf<Lane>(), db.RowsOf<Run>());
        var (run, tenant) = (lanes.Width, lanes.Width + runs.Width);
        return RawStatement.RowsAsync(
            db,
            FormattableStringFactory.Create(Runnable(db, lanes.Columns("lanes."), runs.Columns("runs.")), now),
            named: [],
            row => RunnableLane.Of(lanes.Read(row), runs.Read(row, run), Convert.ToDouble(row.GetValue(tenant), CultureInfo.InvariantCulture), Number(row, tenant + 1), Number(row, tenant + 2)),
            cancellationToken);
    }

    // Each part of the union is served by an index of its own, which one condition with OR would not be. Gates are
    // looked at twice: at first so that lanes of a closed upstream are not even read. They are looked up by their keys: for
    // NOT IN, a whole table would be read. What is always the same is no parameter: PostgreSQL would plan anew each time for
    // the better plan that it makes of the value.
    private static string Runnable(StoreDb db, string lane, string run)
    {
        var active = db.Is("active");
        string Called(string ns) => $$"""NOT EXISTS (SELECT 1 FROM gates WHERE gates.namespace = {{ns}} AND ({{db.Is("paused")}} OR closed_until > {0}))""";
        return $$"""
            SELECT {{lane}}, {{run}}, COALESCE(tenants.weight, 1), (
                SELECT COUNT(*) FROM slices WHERE slices.batch = lanes.batch AND slices.run = lanes.run AND slices.namespace = lanes.namespace AND state = {{(int)SliceState.Returned}}), (
                SELECT COUNT(*) FROM slices WHERE state = {{(int)SliceState.Queued}})
            FROM (
                {{db.FirstOpenLanes(Called, LanesOfEach)}}
                UNION SELECT batch, run, namespace FROM lanes WHERE {{active}} AND retry_at <= {0}
                UNION SELECT batch, run, namespace FROM slices WHERE state = {{(int)SliceState.Returned}}) AS ready
            {{db.LookUp("JOIN", "lanes", "lanes.batch = ready.batch AND lanes.run = ready.run AND lanes.namespace = ready.namespace")}}
            {{db.LookUp("JOIN", "runs", "runs.batch = ready.batch AND runs.number = ready.run")}}
            {{db.LookUp("LEFT JOIN", "tenants", "tenants.name = lanes.tenant")}}
            WHERE {{active}} AND {{Called("lanes.namespace")}} AND (tenants.name IS NULL OR {{db.IsNot("paused")}})
            """;
    }

    // A count is of another type with each provider.
    private static int Number(DbDataReader row, int place) => Convert.ToInt32(row.GetValue(place), CultureInfo.InvariantCulture);
}

/// <summary>A lane that has something to cut.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="StopOnJobError">A failure stops its run.</param>
/// <param name="DeadlinesFrom">Where the run's deadlines count from.</param>
/// <param name="Deadline">The run's.</param>
/// <param name="Limits">What the batch asks for at most.</param>
/// <param name="Trace">The trace of the run's start, W3C <c>traceparent</c>.</param>
/// <param name="Weight">The tenant's.</param>
/// <param name="HasReturned">Slices of it wait to be sent again.</param>
/// <param name="Waiting">Slices that wait in the broker, of all lanes: the same in each.</param>
internal sealed record RunnableLane(
    Lane Lane, bool StopOnJobError, DateTime DeadlinesFrom, DateTime Deadline, BatchLimits Limits, string? Trace, double Weight, bool HasReturned, int Waiting)
{
    /// <summary>Of the lane's row and its run's.</summary>
    public static RunnableLane Of(Lane lane, Run run, double weight, int returned, int waiting) => new(
        lane, run.StopOnJobError, run.DeadlinesFrom, run.Deadline, new BatchLimits(run.RequestsPerSecond, run.Concurrency), run.Trace, weight, returned > 0, waiting);
}
