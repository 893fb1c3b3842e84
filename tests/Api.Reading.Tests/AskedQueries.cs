using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>Keeps the queries sent to PostgreSQL, to ask afterwards how they are carried out.</summary>
internal sealed class AskedQueries : DbCommandInterceptor
{
    private readonly ConcurrentQueue<(string Text, NpgsqlParameter[] Parameters)> _queries = new();

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        _queries.Enqueue((command.CommandText, [.. command.Parameters.Cast<NpgsqlParameter>().Select(parameter => parameter.Clone())]));
        return ValueTask.FromResult(result);
    }

    public void Clear() => _queries.Clear();

    /// <summary>The steps of all queries since the last clearing, each carried out once more.</summary>
    public async Task<List<JsonElement>> StepsAsync(string connectionString)
    {
        var steps = new List<JsonElement>();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var (text, parameters) in _queries)
        {
            await using var explain = new NpgsqlCommand($"EXPLAIN (ANALYZE, FORMAT JSON) {text}", connection);
            explain.Parameters.AddRange(parameters);
            Add(JsonDocument.Parse((string)(await explain.ExecuteScalarAsync())!).RootElement[0].GetProperty("Plan"), steps);
        }

        return steps;
    }

    /// <summary>Those of the steps that read a table, and how many rows of it, also such as were not what was looked for.</summary>
    public static List<(JsonElement Step, double Rows)> ReadsOf(string table, IEnumerable<JsonElement> steps) =>
        [.. steps.Where(step => step.TryGetProperty("Relation Name", out var read) && read.GetString() == table).Select(step => (step, RowsOf(step)))];

    private static double RowsOf(JsonElement step)
    {
        var removed = step.TryGetProperty("Rows Removed by Filter", out var rows) ? rows.GetDouble() : 0;
        return step.GetProperty("Actual Loops").GetDouble() * (step.GetProperty("Actual Rows").GetDouble() + removed);
    }

    private static void Add(JsonElement step, List<JsonElement> steps)
    {
        steps.Add(step);
        if (step.TryGetProperty("Plans", out var inner))
        {
            foreach (var each in inner.EnumerateArray())
            {
                Add(each, steps);
            }
        }
    }
}
