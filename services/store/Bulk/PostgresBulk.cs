using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace BatchPlatform.Store.Bulk;

/// <summary>Binary COPY, which is the server's fastest way in; UTF-8 goes into <c>text</c> as the bytes that it is.</summary>
internal sealed class PostgresBulk : IBulk
{
    private const string CopyJobs = """COPY jobs (batch, "index", added_rev, namespace, action, params, custom_id) FROM STDIN (FORMAT BINARY)""";

    private const string CopyOutcomes = """
        COPY outcomes (batch, run, "index", seq, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at)
        FROM STDIN (FORMAT BINARY)
        """;

    // The driver reads every row of an answer that it was sent, wanted or not: so the server counts the bytes, and does
    // that before it fetches any params.
    private const string Lane = $"""
        SELECT "index", action, params FROM (
            SELECT "index", action, params,
                   sum(octet_length(params)) OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS bytes,
                   row_number() OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS place
            FROM jobs WHERE {JobQuery.InLane} ORDER BY "index" LIMIT @max_jobs) AS next
        WHERE bytes <= @max_bytes OR place = 1 ORDER BY "index"
        """;

    // For a batch that was uploaded a moment ago the planner believes in a few hundred rows, and would rather filter the
    // whole batch than look up each index (18 ms instead of 1). This form leaves it no choice.
    private const string Listed = $"""
        SELECT found."index", action, params FROM unnest(@indexes) AS wanted (place)
        CROSS JOIN LATERAL (SELECT * FROM jobs WHERE {JobQuery.Visible} AND "index" = wanted.place OFFSET 0) AS found
        ORDER BY found."index"
        """;

    public Task InsertJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken) =>
        CopyAsync(db, CopyJobs, jobs, async (writer, job, _) =>
        {
            await writer.WriteAsync(batch, NpgsqlDbType.Bigint, cancellationToken);
            await writer.WriteAsync(job.Index, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(revision, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(job.Namespace, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(job.Action, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(job.Params, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(job.CustomId, NpgsqlDbType.Text, cancellationToken);
        }, cancellationToken);

    public Task InsertOutcomesAsync(StoreDb db, long batch, int run, int firstSeq, IReadOnlyList<PackedOutcome> outcomes, CancellationToken cancellationToken) =>
        CopyAsync(db, CopyOutcomes, outcomes, async (writer, outcome, place) =>
        {
            await writer.WriteAsync(batch, NpgsqlDbType.Bigint, cancellationToken);
            await writer.WriteAsync(run, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(outcome.Index, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(firstSeq + place, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync((short)outcome.State(), NpgsqlDbType.Smallint, cancellationToken);
            await writer.WriteAsync(outcome.StatusCode, NpgsqlDbType.Integer, cancellationToken);
            await (outcome.Response.IsEmpty ? writer.WriteNullAsync(cancellationToken) : writer.WriteAsync(outcome.Response, NpgsqlDbType.Text, cancellationToken));
            await writer.WriteAsync(outcome.ErrorCode, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(Storable(outcome.ErrorMessage), NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(outcome.Attempts, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(outcome.DurationMs, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(outcome.CompletedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

    public Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, LaneRange range, CancellationToken cancellationToken) =>
        JobQuery.ReadLaneAsync(db, Lane, range, cancellationToken);

    public Task<IReadOnlyList<PackedJob>> ReadJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> jobs, CancellationToken cancellationToken) =>
        JobQuery.ReadJobsAsync(db, Listed, batch, revision, jobs, jobs.Select(job => job.Index).ToArray(), cancellationToken);

    private static async Task CopyAsync<T>(
        StoreDb db, string copy, IReadOnlyList<T> rows, Func<NpgsqlBinaryImporter, T, int, Task> write, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)BulkTransaction.ConnectionOf(db);
        try
        {
            await using var writer = await connection.BeginBinaryImportAsync(copy, cancellationToken);
            for (var place = 0; place < rows.Count; place++)
            {
                await writer.StartRowAsync(cancellationToken);
                await write(writer, rows[place], place);
            }

            await writer.CompleteAsync(cancellationToken);
        }
        catch (PostgresException error)
        {
            throw new DbUpdateException("The database refused the rows.", error);
        }
    }

    // What an upstream said may hold the one character that PostgreSQL's text cannot.
    private static string? Storable(string? text) => text?.Replace('\0', '\uFFFD');
}
