using System.Data.Common;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Results;

/// <summary>In which order results come.</summary>
public enum ResultOrder
{
    /// <summary>By the job's place in the batch.</summary>
    Index,

    /// <summary>As they were stored.</summary>
    Arrival,
}

/// <summary>A stretch of a download: outcomes of these runs, from one index or arrival number to another.</summary>
/// <param name="Runs">The runs; more than one only in order of index, where retries overlay the run that they retry and see its revision.</param>
/// <param name="Order">By which number.</param>
/// <param name="From">The first.</param>
/// <param name="End">The first not taken.</param>
public readonly record struct ResultStretch(IReadOnlyList<Run> Runs, ResultOrder Order, int From, int End);

/// <summary>Reads stretches of outcomes beside their jobs. Plain SQL for each provider: entities would cost more than the database does.</summary>
/// <param name="batch">The batch's number.</param>
/// <param name="state">Only outcomes of this state.</param>
public sealed class ResultQuery(long batch, JobState? state)
{
    // All say: first the outcome, then its job by the whole key. A planner left to choose has no statistics of a batch
    // that has just run, expects one row of it everywhere, and may read all of its jobs for each outcome: 24 s for a page
    // of 1,000 instead of 3 ms.
    private const string JobOnPostgres = $"CROSS JOIN LATERAL (SELECT * FROM jobs j WHERE {Job} LIMIT 1) j";
    private const string JobOnSqlite = $"CROSS JOIN jobs j ON {Job}";
    private const string JobOnSqlServer = $"CROSS APPLY (SELECT TOP (1) * FROM jobs j WHERE {Job}) j";

    // Of results that are expired, or whose batch is deleted, nothing comes: who reads a row in a statement that sees one
    // moment has all that belong beside it.
    private const string There = """
        EXISTS (SELECT 1 FROM runs r JOIN batches b ON b.number = r.batch WHERE r.batch = @batch AND r.number = @last AND r.expired_at IS NULL AND b.deleted_at IS NULL)
        """;

    private const string Job = """
        j.batch = o.batch AND j."index" = o."index" AND j.added_rev <= @revision AND (j.removed_rev IS NULL OR j.removed_rev > @revision)
        """;

    /// <summary>
    /// Whether a statement sees the tables as they were at one moment. SQL Server's reader, where snapshots could not be turned on,
    /// walks through rows that others delete meanwhile.
    /// </summary>
    public static bool SeesOneMoment(StoreDb db) => db is not SqlServerStoreDb;

    /// <summary>Makes the query's command; the caller disposes it. Of results that are gone there are no rows.</summary>
    public async Task<DbCommand> CommandAsync(StoreDb db, ResultStretch stretch, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = Sql(db, stretch);
        Add(command, "batch", batch);
        Add(command, "last", stretch.Runs[^1].Number);
        Add(command, "revision", stretch.Runs[^1].Revision);
        Add(command, "from", stretch.From);
        Add(command, "end", stretch.End);
        return command;
    }

    // Numbers of our own, never a client's text, are written into the statement: a planner that sees how many runs and
    // which states there are walks the right index in order. The index of arrival is known by its numbers being above 0.
    private string Sql(StoreDb db, ResultStretch stretch) =>
        db is PostgresStoreDb && stretch.Order == ResultOrder.Index && state is null ? SideBySide(stretch) : OneByOne(db, stretch);

    private string OneByOne(StoreDb db, ResultStretch stretch)
    {
        var (order, arrived) = stretch.Order == ResultOrder.Index ? ("o.\"index\"", "") : ("o.seq", " AND o.seq > 0");
        var chosen = state is null ? "" : $" AND o.state = {(int)state}";
        return $"""
            SELECT {ResultRow.Columns}
            FROM outcomes o
            {JobOn(db)}
            WHERE o.batch = @batch AND {RunsOf(stretch)} AND {order} >= @from AND {order} < @end{arrived}{chosen}
              AND {There}
            ORDER BY {order}
            """;
    }

    // Almost every job has an outcome here, so both are read in order of index and laid side by side, which takes half as long
    // as to look up each job. A full join, because PostgreSQL cannot make a loop of one, and COALESCE, because
    // from IS NOT NULL it would see that the join need not be full.
    private static string SideBySide(ResultStretch stretch) => $"""
        SELECT {ResultRow.Columns}
        FROM (SELECT * FROM outcomes o WHERE batch = @batch AND {RunsOf(stretch)} AND "index" >= @from AND "index" < @end AND {There}) o
        FULL JOIN (
            SELECT * FROM jobs WHERE {JobQuery.Visible} AND "index" >= @from AND "index" < @end) j
        ON j."index" = o."index"
        WHERE COALESCE(o.run, 0) > 0 AND COALESCE(j.added_rev, -1) >= 0
        ORDER BY o."index"
        """;

    private static string RunsOf(ResultStretch stretch)
    {
        var overlay = stretch.Runs.Count == 1 ? "" : $" AND (o.run = @last OR o.state = {(int)JobState.Completed})";
        return $"o.run IN ({string.Join(", ", stretch.Runs.Select(run => run.Number))}){overlay}";
    }

    private static string JobOn(StoreDb db) => db switch
    {
        PostgresStoreDb => JobOnPostgres,
        SqlServerStoreDb => JobOnSqlServer,
        _ => JobOnSqlite,
    };

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
