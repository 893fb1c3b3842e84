using System.Data.Common;
using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store.Bulk;

/// <summary>
/// Reads jobs as bytes: <c>params</c> go from the database to the worker's message without becoming a string on the way.
/// The providers differ only in the SQL, which selects <see cref="Columns"/> in order of index.
/// </summary>
internal static class JobQuery
{
    /// <summary>What of a job is read.</summary>
    public const string Columns = "\"index\", action, params, deadline_seconds";

    /// <summary>Which rows of <c>jobs</c> a run on <c>@revision</c> of <c>@batch</c> sees.</summary>
    public const string Visible = "batch = @batch AND added_rev <= @revision AND (removed_rev IS NULL OR removed_rev > @revision)";

    /// <summary>The visible rows of a <see cref="LaneRange"/>, without its limits.</summary>
    public const string InLane = $"""{Visible} AND namespace = @namespace AND "index" >= @from AND "index" < @end""";

    /// <summary>Runs <paramref name="sql"/>, written over <see cref="InLane"/> and <c>@max_jobs</c>, and stops where the range's bytes are spent.</summary>
    public static async Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, string sql, LaneRange range, CancellationToken cancellationToken)
    {
        await using var query = await OpenAsync(db, sql, range.Batch, range.Revision, cancellationToken);
        query.Add("namespace", range.Namespace);
        query.Add("from", range.From);
        query.Add("end", range.End);
        query.Add("max_jobs", range.MaxJobs);
        query.Add("max_bytes", range.MaxBytes);

        var jobs = new List<PackedJob>();
        var bytes = 0;
        await foreach (var job in query.ReadAsync(cancellationToken))
        {
            bytes += job.Params.Length;
            if (bytes > range.MaxBytes && jobs.Count > 0)
            {
                break;
            }

            jobs.Add(job);
        }

        return jobs;
    }

    /// <summary>Runs <paramref name="sql"/>, written over <see cref="Visible"/> and <c>@indexes</c>.</summary>
    public static async Task<IReadOnlyList<PackedJob>> ReadJobsAsync(
        StoreDb db, string sql, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> wanted, object indexes, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        await using var query = await OpenAsync(db, sql, batch, revision, cancellationToken);
        query.Add("indexes", indexes);

        var jobs = new List<PackedJob>(wanted.Count);
        var at = 0;
        await foreach (var job in query.ReadAsync(cancellationToken))
        {
            // Both are in order of index, and every job found was wanted.
            while (wanted[at].Index < job.Index)
            {
                at++;
            }

            jobs.Add(job with { Attempt = wanted[at].Attempt });
        }

        return jobs;
    }

    private static async Task<Query> OpenAsync(StoreDb db, string sql, long batch, int revision, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var query = new Query(db, sql);
        query.Add("batch", batch);
        query.Add("revision", revision);
        return query;
    }

    /// <summary>One command on the context's connection, which it keeps open meanwhile.</summary>
    private sealed class Query : IAsyncDisposable
    {
        private readonly StoreDb _db;
        private readonly DbCommand _command;

        public Query(StoreDb db, string sql)
        {
            _db = db;
            _command = db.Database.GetDbConnection().CreateCommand();
            _command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Constants of this assembly; values are parameters.
            _command.CommandText = sql;
#pragma warning restore CA2100
        }

        public void Add(string name, object value)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            _command.Parameters.Add(parameter);
        }

        public async IAsyncEnumerable<PackedJob> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await using var reader = await _command.ExecuteReaderAsync(cancellationToken);
            var action = "";
            while (await reader.ReadAsync(cancellationToken))
            {
                // Neighbours mostly share their action: one string for all of them.
                var next = reader.GetString(1);
                action = next == action ? action : next;
                yield return new PackedJob(reader.GetInt32(0), 1, action, reader.Utf8(2), reader.IsDBNull(3) ? 0 : reader.GetInt32(3));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _command.DisposeAsync();
            await _db.Database.CloseConnectionAsync();
        }
    }
}
