using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace BatchPlatform.Testing;

/// <summary>
/// How PostgreSQL carries out what EF Core asks it: <c>await plans.OfAsync(db.Database, () => clock.TickAsync(default))</c>. Made
/// before anything else: for a second after nobody listened, EF Core does not look whether anybody does.
/// </summary>
public sealed class QueryPlans : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private static readonly AsyncLocal<QueryPlans?> Current = new();

    private readonly ConcurrentQueue<NpgsqlCommand> _commands = [];
    private readonly List<IDisposable> _subscriptions = [];

    public QueryPlans() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    /// <summary>The plans of all statements that an action sends, with the settings of the database's own connections; its tables have been analyzed.</summary>
    public async Task<IReadOnlyList<QueryPlan>> OfAsync(DatabaseFacade database, Func<Task> action)
    {
        Current.Value = this;
        await action();
        Current.Value = null;

        await database.OpenConnectionAsync();
        var connection = (NpgsqlConnection)database.GetDbConnection();
        var small = await database.SqlQuery<string>($"""
            SELECT part.oid::regclass::text AS "Value" FROM pg_index JOIN pg_class AS part ON part.oid = indexrelid JOIN pg_class AS whole ON whole.oid = indrelid
            WHERE part.reltuples < whole.reltuples / 10
            """).ToListAsync();
        var plans = new List<QueryPlan>();
        while (_commands.TryDequeue(out var command))
        {
            plans.Add(await ExplainAsync(command, connection, small));
        }

        return plans;
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    // Other tests' contexts speak here, too.
    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (Current.Value == this && value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData { Command: NpgsqlCommand command })
        {
            _commands.Enqueue(command.Clone());
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());

    private static async Task<QueryPlan> ExplainAsync(NpgsqlCommand command, NpgsqlConnection connection, IReadOnlyCollection<string> small)
    {
        var statement = command.CommandText;
        command.Connection = connection;
        command.CommandText = $"EXPLAIN (FORMAT JSON) {statement}";
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        return new QueryPlan(statement, [.. ScannedIn(plan.RootElement[0].GetProperty("Plan"), small)]);
    }

    // An index without a condition is read as a whole, unless it holds less than a tenth of the rows.
    private static IEnumerable<string> ScannedIn(JsonElement node, IReadOnlyCollection<string> small)
    {
        var kind = node.GetProperty("Node Type").GetString();
        if (kind == "Seq Scan" || (kind is "Index Scan" or "Index Only Scan" && !node.TryGetProperty("Index Cond", out _) && !small.Contains(node.GetProperty("Index Name").GetString()!)))
        {
            yield return node.GetProperty("Relation Name").GetString()!;
        }

        if (node.TryGetProperty("Plans", out var parts))
        {
            foreach (var table in parts.EnumerateArray().SelectMany(part => ScannedIn(part, small)))
            {
                yield return table;
            }
        }
    }
}

/// <summary>How one statement is carried out.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Scanned">The tables that are read from end to end for it, or a whole index of theirs.</param>
public sealed record QueryPlan(string Statement, IReadOnlyList<string> Scanned);
