using System.Globalization;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Bulk;

/// <summary>One prepared statement for all rows of a call.</summary>
internal sealed class SqliteBulk : IBulk
{
    private const string InsertJob = """INSERT INTO jobs (batch, "index", added_rev, namespace, action, params, custom_id, deadline_seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""";

    private const string InsertRow = """INSERT INTO dataset_rows (content, "index", json) VALUES (?, ?, ?)""";

    private const string InsertOutcome = """
        INSERT INTO outcomes (batch, run, "index", seq, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    internal const string Lane = $"""SELECT {JobQuery.Columns} FROM jobs WHERE {JobQuery.InLane} ORDER BY "index" LIMIT @max_jobs""";

    internal const string Listed = $"""
        SELECT {JobQuery.Columns} FROM jobs WHERE {JobQuery.Visible} AND "index" IN (SELECT value FROM json_each(@indexes)) ORDER BY "index"
        """;

    // As EF writes a DateTime; text of this form sorts by time.
    private const string Time = "yyyy-MM-dd HH:mm:ss.FFFFFFF";

    public Task InsertJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken) =>
        InsertAsync(db, InsertJob, jobs, (row, job, _) => row
            .Add(batch)
            .Add(job.Index)
            .Add(revision)
            .Add(job.Namespace)
            .Add(job.Action)
            .Add(job.Params.Span)
            .Add(job.CustomId)
            .Add(job.DeadlineSeconds), cancellationToken);

    public Task InsertRowsAsync(StoreDb db, long content, IReadOnlyList<StagedRow> rows, CancellationToken cancellationToken) =>
        InsertAsync(db, InsertRow, rows, (insert, row, _) => insert.Add(content).Add(row.Index).Add(row.Json.Span), cancellationToken);

    public async Task<CountedRun?> InsertOutcomesAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken)
    {
        if (await CountedRuns.CountAsync(db, batch, run, outcomes, now, cancellationToken) is not { } counted)
        {
            return null;
        }

        var firstSeq = counted.Seq - outcomes.Count + 1;
        await InsertAsync(db, InsertOutcome, outcomes, (row, outcome, place) => row
            .Add(batch)
            .Add(run)
            .Add(outcome.Index)
            .Add(firstSeq + place)
            .Add((int)outcome.State())
            .Add(outcome.StatusCode)
            .Add(outcome.Response.Span)
            .Add(outcome.ErrorCode)
            .Add(outcome.ErrorMessage)
            .Add(outcome.Attempts)
            .Add(outcome.DurationMs)
            .Add(outcome.CompletedAt.ToString(Time, CultureInfo.InvariantCulture)), cancellationToken);
        return CountedRun.Of(counted);
    }

    // Rows are fetched one by one as they are read, so a reader that has enough just stops.
    public Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, LaneRange range, CancellationToken cancellationToken) =>
        JobQuery.ReadLaneAsync(db, Lane, range, cancellationToken);

    public Task<IReadOnlyList<PackedJob>> ReadJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> jobs, CancellationToken cancellationToken) =>
        JobQuery.ReadJobsAsync(db, Listed, batch, revision, jobs, JsonSerializer.Serialize(jobs.Select(job => job.Index)), cancellationToken);

    private static Task InsertAsync<T>(StoreDb db, string sql, IReadOnlyList<T> rows, Action<SqliteInsert, T, int> bind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var insert = new SqliteInsert((SqliteConnection)BulkTransaction.ConnectionOf(db), sql);
            for (var place = 0; place < rows.Count; place++)
            {
                bind(insert, rows[place], place);
                insert.Write();
            }

            return Task.CompletedTask;
        }
        catch (SqliteException error)
        {
            return Task.FromException(new DbUpdateException("The database refused the rows.", error));
        }
    }
}
