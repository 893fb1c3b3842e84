using System.Runtime.CompilerServices;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace BatchPlatform.Store.Bulk;

/// <summary>Binary COPY, which is the server's fastest way in for many rows; UTF-8 goes into <c>text</c> as the bytes that it is.</summary>
internal sealed class PostgresBulk : IBulk
{
    private const string CopyJobs = """COPY jobs (batch, "index", added_rev, namespace, action, params, custom_id, deadline_seconds) FROM STDIN (FORMAT BINARY)""";

    private const string CopyRows = """COPY dataset_rows (content, "index", json) FROM STDIN (FORMAT BINARY)""";

    private const string CopyOutcomes = """
        COPY outcomes (batch, run, "index", seq, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at) FROM STDIN (FORMAT BINARY)
        """;

    // COPY fills whole pages and logs each once, which pays for its two round trips and for being parsed each time, and outcomes
    // for a third, to the run's counter first.
    private const int WorthCopying = 100;

    private const string InsertJobs = """
        INSERT INTO jobs (batch, "index", added_rev, namespace, action, params, custom_id, deadline_seconds)
        SELECT @batch, j.place, @revision, j.namespace, j.action, j.params, j.custom_id, j.deadline
        FROM unnest(@indexes, @namespaces, @actions, @params, @custom_ids, @deadlines) AS j (place, namespace, action, params, custom_id, deadline)
        """;

    // One round trip, because every other report of the run waits from here to the commit.
    private const string InsertOutcomes = """
        WITH counted AS (
            UPDATE runs SET
                seq = seq + @count, completed = completed + @completed, failed = failed + @count - @completed, failures = failures + @count - @completed,
                settled_at = CASE WHEN completed + failed + @count >= total THEN @now END
            WHERE batch = @batch AND number = @run RETURNING *),
        closed AS (
            UPDATE lanes SET active = false WHERE batch = @batch AND run = @run AND EXISTS (SELECT 1 FROM counted WHERE settled_at IS NOT NULL)),
        stored AS (
            INSERT INTO outcomes (batch, run, "index", seq, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at)
            SELECT counted.batch, counted.number, o.place, counted.seq - @count + o.arrival, o.state, o.status_code, o.response, o.error_code, o.error_message, o.attempts, o.duration_ms, o.completed_at
            FROM counted, unnest(@indexes, @states, @statuses, @responses, @codes, @messages, @attempts, @durations, @times)
                WITH ORDINALITY AS o (place, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at, arrival))
        SELECT {0} FROM counted
        """;

    // The driver reads every row of an answer that it was sent, wanted or not: so the server counts the bytes, and does
    // that before it fetches any params.
    internal const string Lane = $"""
        SELECT {JobQuery.Columns} FROM (
            SELECT {JobQuery.Columns},
                   sum(octet_length(params)) OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS bytes,
                   row_number() OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS place
            FROM jobs WHERE {JobQuery.InLane} ORDER BY "index" LIMIT @max_jobs) AS next
        WHERE bytes <= @max_bytes OR place = 1 ORDER BY "index"
        """;

    // For a batch that was uploaded a moment ago the planner believes in a few hundred rows, and would rather filter the
    // whole batch than look up each index (18 ms instead of 1). This form leaves it no choice.
    internal const string Listed = $"""
        SELECT {JobQuery.Columns} FROM unnest(@indexes) AS wanted (place)
        CROSS JOIN LATERAL (SELECT * FROM jobs WHERE {JobQuery.Visible} AND "index" = wanted.place OFFSET 0) AS found
        ORDER BY found."index"
        """;

    public Task InsertJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken) =>
        jobs.Count < WorthCopying
            ? InsertFewAsync(db, batch, revision, jobs, cancellationToken)
            : CopyAsync(db, batch, revision, jobs, cancellationToken);

    private static Task CopyAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken)
    {
        var rows = new CopyBuffer(fields: 8, Capacity(jobs, job => job.Params.Length));
        foreach (var job in jobs)
        {
            rows.Row();
            rows.Big(batch);
            rows.Integer(job.Index);
            rows.Integer(revision);
            rows.Text(job.Namespace);
            rows.Text(job.Action);
            rows.Text(job.Params);
            rows.Text(job.CustomId);
            rows.Integer(job.DeadlineSeconds);
        }

        return CopyAsync(db, CopyJobs, rows, cancellationToken);
    }

    private static async Task InsertFewAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken)
    {
        BulkTransaction.Require(db);
        await RefusableAsync(() => db.Database.ExecuteSqlRawAsync(
            InsertJobs,
            [
                new NpgsqlParameter<long>("batch", batch),
                new NpgsqlParameter<int>("revision", revision),
                Column("indexes", NpgsqlDbType.Integer, jobs, job => job.Index),
                Column("namespaces", NpgsqlDbType.Text, jobs, job => job.Namespace),
                Column("actions", NpgsqlDbType.Text, jobs, job => job.Action),
                Column("params", NpgsqlDbType.Text, jobs, job => job.Params),
                Column("custom_ids", NpgsqlDbType.Text, jobs, job => job.CustomId),
                Column("deadlines", NpgsqlDbType.Integer, jobs, job => job.DeadlineSeconds),
            ],
            cancellationToken));
    }

    public Task InsertRowsAsync(StoreDb db, long content, IReadOnlyList<StagedRow> rows, CancellationToken cancellationToken)
    {
        var copied = new CopyBuffer(fields: 3, Capacity(rows, row => row.Json.Length));
        foreach (var row in rows)
        {
            copied.Row();
            copied.Big(content);
            copied.Integer(row.Index);
            copied.Text(row.Json);
        }

        return CopyAsync(db, CopyRows, copied, cancellationToken);
    }

    public Task<CountedRun?> InsertOutcomesAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken) =>
        outcomes.Count < WorthCopying
            ? InsertFewAsync(db, batch, run, outcomes, now, cancellationToken)
            : CountAndCopyAsync(db, batch, run, outcomes, now, cancellationToken);

    private static async Task<CountedRun?> CountAndCopyAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken)
    {
        if (await CountedRuns.CountAsync(db, batch, run, outcomes, now, cancellationToken) is not { } counted)
        {
            return null;
        }

        var (seq, rows) = (counted.Seq - outcomes.Count, new CopyBuffer(fields: 12, Capacity(outcomes, outcome => outcome.Response.Length)));
        foreach (var outcome in outcomes)
        {
            rows.Row();
            rows.Big(batch);
            rows.Integer(run);
            rows.Integer(outcome.Index);
            rows.Integer(++seq);
            rows.Small((short)outcome.State());
            rows.Integer(outcome.StatusCode);
            rows.Text(ResponseOf(outcome));
            rows.Text(outcome.ErrorCode);
            rows.Text(Storable(outcome.ErrorMessage));
            rows.Integer(outcome.Attempts);
            rows.Integer(outcome.DurationMs);
            rows.Time(outcome.CompletedAt);
        }

        await CopyAsync(db, CopyOutcomes, rows, cancellationToken);
        return CountedRun.Of(counted);
    }

    private static async Task<CountedRun?> InsertFewAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken)
    {
        var runs = db.RowsOf<Run>();
        var parameters = new NpgsqlParameter[]
        {
            new NpgsqlParameter<int>("count", outcomes.Count),
            new NpgsqlParameter<int>("completed", outcomes.Count(outcome => outcome.Completed)),
            new NpgsqlParameter<DateTime>("now", now),
            new NpgsqlParameter<long>("batch", batch),
            new NpgsqlParameter<int>("run", run),
            Column("indexes", NpgsqlDbType.Integer, outcomes, outcome => outcome.Index),
            Column("states", NpgsqlDbType.Smallint, outcomes, outcome => (short)outcome.State()),
            Column("statuses", NpgsqlDbType.Integer, outcomes, outcome => outcome.StatusCode),
            Column("responses", NpgsqlDbType.Text, outcomes, ResponseOf),
            Column("codes", NpgsqlDbType.Text, outcomes, outcome => outcome.ErrorCode),
            Column("messages", NpgsqlDbType.Text, outcomes, outcome => Storable(outcome.ErrorMessage)),
            Column("attempts", NpgsqlDbType.Integer, outcomes, outcome => outcome.Attempts),
            Column("durations", NpgsqlDbType.Integer, outcomes, outcome => outcome.DurationMs),
            Column("times", NpgsqlDbType.TimestampTz, outcomes, outcome => outcome.CompletedAt),
        };
        var statement = FormattableStringFactory.Create(InsertOutcomes, Interpolated.Text(runs.Columns()));
        var counted = await RefusableAsync(() => RawStatement.RowsAsync(db, statement, parameters, reader => runs.Read(reader), cancellationToken));
        return counted.SingleOrDefault() is { } row ? CountedRun.Of(row) : null;
    }

    public Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, LaneRange range, CancellationToken cancellationToken) =>
        JobQuery.ReadLaneAsync(db, Lane, range, cancellationToken);

    public Task<IReadOnlyList<PackedJob>> ReadJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> jobs, CancellationToken cancellationToken) =>
        JobQuery.ReadJobsAsync(db, Listed, batch, revision, jobs, jobs.Select(job => job.Index).ToArray(), cancellationToken);

    // The server says whether it takes the rows when the stream is closed.
    private static async Task CopyAsync(StoreDb db, string copy, CopyBuffer rows, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)BulkTransaction.ConnectionOf(db);
        await RefusableAsync(async () =>
        {
            await using var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellationToken);
            await stream.WriteAsync(rows.End(), cancellationToken);
            return true;
        });
    }

    // So that the buffer mostly need not grow: a row has up to a hundred bytes of numbers and lengths.
    private static int Capacity<T>(IReadOnlyList<T> rows, Func<T, int> text) => 64 + rows.Sum(row => text(row) + 128);

    private static async Task<T> RefusableAsync<T>(Func<Task<T>> insert)
    {
        try
        {
            return await insert();
        }
        catch (PostgresException error)
        {
            throw new DbUpdateException("The database refused the rows.", error);
        }
    }

    // One column of several rows.
    private static NpgsqlParameter<T[]> Column<TRow, T>(string name, NpgsqlDbType type, IReadOnlyList<TRow> rows, Func<TRow, T> value) =>
        new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | type) { TypedValue = [.. rows.Select(value)] };

    private static ReadOnlyMemory<byte>? ResponseOf(PackedOutcome outcome) => outcome.Response.IsEmpty ? default(ReadOnlyMemory<byte>?) : outcome.Response;

    // What an upstream said may hold the one character that PostgreSQL's text cannot.
    private static string? Storable(string? text) => text?.Replace('\0', '\uFFFD');
}
