using System.Data;
using System.Text;
using System.Text.Json;
using BatchPlatform.Contracts;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store.Bulk;

/// <summary>Bulk copy, which is the server's fastest way in.</summary>
internal sealed class SqlServerBulk : IBulk
{
    // The driver reads every row of an answer to its end, wanted or not: so the server counts, in characters of two bytes.
    internal const string Lane = $"""
        SELECT {JobQuery.Columns} FROM (
            SELECT TOP (@max_jobs) {JobQuery.Columns},
                   SUM(CAST(DATALENGTH(params) AS bigint)) OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS bytes,
                   ROW_NUMBER() OVER (ORDER BY "index") AS place
            FROM jobs WHERE {JobQuery.InLane} ORDER BY "index") AS next
        WHERE bytes <= 2 * CAST(@max_bytes AS bigint) OR place = 1 ORDER BY "index"
        """;

    // From the list to the jobs, each looked up by its key: a fresh batch has no statistics that would say so.
    internal const string Listed = $"""
        SELECT {JobQuery.Columns} FROM OPENJSON(@indexes) WITH (place int '$') AS wanted
        CROSS APPLY (SELECT TOP (1) * FROM jobs WHERE {JobQuery.Visible} AND "index" = wanted.place) AS found
        ORDER BY "index"
        """;

    private static readonly (string Name, Type Type)[] JobColumns =
    [
        ("batch", typeof(long)), ("index", typeof(int)), ("added_rev", typeof(int)), ("namespace", typeof(string)), ("action", typeof(string)),
        ("params", typeof(string)), ("custom_id", typeof(string)), ("deadline_seconds", typeof(int)),
    ];

    private static readonly (string Name, Type Type)[] RowColumns = [("content", typeof(long)), ("index", typeof(int)), ("json", typeof(byte[]))];

    private static readonly (string Name, Type Type)[] OutcomeColumns =
    [
        ("batch", typeof(long)), ("run", typeof(int)), ("index", typeof(int)), ("seq", typeof(int)), ("state", typeof(short)), ("status_code", typeof(int)),
        ("response", typeof(byte[])), ("error_code", typeof(string)), ("error_message", typeof(string)), ("attempts", typeof(int)),
        ("duration_ms", typeof(int)), ("completed_at", typeof(DateTime)),
    ];

    public Task InsertJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken) =>
        CopyAsync(db, "jobs", JobColumns, jobs, (job, _) =>
            [batch, job.Index, revision, job.Namespace, job.Action, Encoding.UTF8.GetString(job.Params.Span), job.CustomId, job.DeadlineSeconds], cancellationToken);

    public Task InsertRowsAsync(StoreDb db, long content, IReadOnlyList<StagedRow> rows, CancellationToken cancellationToken) =>
        CopyAsync(db, "dataset_rows", RowColumns, rows, (row, _) => [content, row.Index, row.Json.ToArray()], cancellationToken);

    public async Task<CountedRun?> InsertOutcomesAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken)
    {
        if (await CountedRuns.CountAsync(db, batch, run, outcomes, now, cancellationToken) is not { } counted)
        {
            return null;
        }

        var firstSeq = counted.Seq - outcomes.Count + 1;
        await CopyAsync(db, "outcomes", OutcomeColumns, outcomes, (outcome, place) =>
            [
                batch, run, outcome.Index, firstSeq + place, (short)outcome.State(), outcome.StatusCode,
                outcome.Response.IsEmpty ? null : outcome.Response.ToArray(), outcome.ErrorCode, outcome.ErrorMessage, outcome.Attempts,
                outcome.DurationMs, outcome.CompletedAt,
            ], cancellationToken);
        return CountedRun.Of(counted);
    }

    public Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, LaneRange range, CancellationToken cancellationToken) =>
        JobQuery.ReadLaneAsync(db, Lane, range, cancellationToken);

    public Task<IReadOnlyList<PackedJob>> ReadJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> jobs, CancellationToken cancellationToken) =>
        JobQuery.ReadJobsAsync(db, Listed, batch, revision, jobs, JsonSerializer.Serialize(jobs.Select(job => job.Index)), cancellationToken);

    private static async Task CopyAsync<T>(
        StoreDb db, string table, (string Name, Type Type)[] columns, IReadOnlyList<T> rows, Func<T, int, object?[]> values, CancellationToken cancellationToken)
    {
        var connection = (SqlConnection)BulkTransaction.ConnectionOf(db);
        using var data = Table(columns, rows, values);
        using var copy = new SqlBulkCopy(connection, SqlBulkCopyOptions.Default, (SqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction()) { DestinationTableName = table };
        foreach (var (name, _) in columns)
        {
            copy.ColumnMappings.Add(name, name);
        }

        try
        {
            await copy.WriteToServerAsync(data, cancellationToken);
        }
        catch (SqlException error)
        {
            throw new DbUpdateException("The database refused the rows.", error);
        }
    }

    private static DataTable Table<T>((string Name, Type Type)[] columns, IReadOnlyList<T> rows, Func<T, int, object?[]> values)
    {
        var table = new DataTable();
        foreach (var (name, type) in columns)
        {
            table.Columns.Add(name, type);
        }

        for (var place = 0; place < rows.Count; place++)
        {
            table.Rows.Add(values(rows[place], place));
        }

        return table;
    }
}
