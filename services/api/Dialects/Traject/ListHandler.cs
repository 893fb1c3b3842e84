using System.Globalization;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Lists, filters, sorts and pages a tenant's batches.</summary>
public sealed class ListHandler(BatchStore store, TrajectBatches mine, TrajectDialect dialect)
{
    private const int MaxPageSize = 1000;
    private const int DocumentsAtOnce = 100;

    /// <summary>GET /batches.</summary>
    public async Task<IResult> ListAsync(HttpContext context, TrajectWords words)
    {
        var asked = new TrajectParameters(await TrajectDialect.ParametersAsync(context));
        var page = Number(asked, "page", 1, int.MaxValue, standard: 1);
        var size = Number(asked, "page_size", 1, MaxPageSize, standard: 25);
        var filter = Filter(asked);
        await using var db = store.Read();
        var rows = (await RowsAsync(db, context)).Where(filter);
        if (asked.Text("destination_id", old: null) is { } destination)
        {
            var bound = await BoundForAsync(db, context, destination);
            rows = rows.Where(row => bound.Contains(row.Number));
        }

        var found = Sorted(asked, rows).ToList();
        var numbers = found.Skip((int)Math.Min((long)(page - 1) * size, int.MaxValue)).Take(size).Select(row => row.Number).ToList();
        var batches = await db.Batches.Where(batch => numbers.Contains(batch.Number)).ToDictionaryAsync(batch => batch.Number, context.RequestAborted);
        var shown = await mine.ViewAsync([.. numbers.Where(batches.ContainsKey).Select(number => batches[number])], words, context.RequestAborted);

        var body = TrajectRefusal.Body(success: true);
        body["total_count"] = found.Count;
        body["total_pages"] = (found.Count + size - 1) / size;
        body["current_page"] = page;
        body["count_this_page"] = shown.Count;
        body[words.Batches] = new JsonArray([.. shown]);
        return Results.Json(body, ApiJson.Options);
    }

    // Slim rows of all batches: what they are sorted by is partly kept as JSON, which databases do not sort by.
    private Task<List<Row>> RowsAsync(StoreDb db, HttpContext context) => DialectBatches.Of(db, context, dialect)
        .Select(batch => new Row(
            batch.Number,
            batch.Name ?? "",
            batch.CreatedAt,
            batch.CommittedAt,
            batch.CurrentState,
            batch.Options,
            db.Runs.Any(run => run.Batch == batch.Number && (run.Number < batch.Run || run.SettledAt != null))))
        .ToListAsync(context.RequestAborted);

    // Destinations stand in the documents, which are read a few at a time: together they may be more than memory should hold.
    private async Task<HashSet<long>> BoundForAsync(StoreDb db, HttpContext context, string destination)
    {
        var (bound, last) = (new HashSet<long>(), (long?)-1);
        while (last is { } after)
        {
            var some = await DialectBatches.Of(db, context, dialect)
                .Where(batch => batch.Number > after)
                .OrderBy(batch => batch.Number)
                .Take(DocumentsAtOnce)
                .Select(batch => new { batch.Number, Document = batch.DialectDocument! })
                .ToListAsync(context.RequestAborted);
            bound.UnionWith(some.Where(batch => TrajectSettings.Read(batch.Document).DestinationIds?.Contains(destination) == true).Select(batch => batch.Number));
            last = some.Count < DocumentsAtOnce ? null : some[^1].Number;
        }

        return bound;
    }

    private static Func<Row, bool> Filter(TrajectParameters asked)
    {
        var term = asked.Text("search_term", old: null);
        var matches = Matching(asked.Choice("search_type", ["contains", "starts_with", "ends_with", "exact"], "contains"));
        var status = asked.Choice("status", ["all", "idle", "queued", "running"], "all");
        var (with, without) = (asked.Flag("only_with_results", old: false), asked.Flag("only_without_results", old: false));
        var (createdBefore, createdAfter) = (Time(asked, "created_before"), Time(asked, "created_after"));
        var (runBefore, runAfter) = (Time(asked, "last_run_before"), Time(asked, "last_run_after"));
        return row =>
            (term is null || matches(row.Name, term))
            && (status == "all" || TrajectBatches.Status(row.State) == status)
            && (!with || row.HasResults) && (!without || !row.HasResults)
            && (createdBefore is null || row.CreatedAt < createdBefore) && (createdAfter is null || row.CreatedAt > createdAfter)
            && (runBefore is null || row.LastRun < runBefore) && (runAfter is null || row.LastRun > runAfter);
    }

    private static Func<string, string, bool> Matching(string how) => how switch
    {
        "starts_with" => (name, term) => name.StartsWith(term, StringComparison.OrdinalIgnoreCase),
        "ends_with" => (name, term) => name.EndsWith(term, StringComparison.OrdinalIgnoreCase),
        "exact" => (name, term) => name.Equals(term, StringComparison.OrdinalIgnoreCase),
        _ => (name, term) => name.Contains(term, StringComparison.OrdinalIgnoreCase),
    };

    private static IEnumerable<Row> Sorted(TrajectParameters asked, IEnumerable<Row> rows)
    {
        var sorted = asked.Choice("sort_by", ["name", "created_at", "last_run", "priority", "status"], "name") switch
        {
            "created_at" => rows.OrderBy(row => row.CreatedAt),
            "last_run" => rows.OrderBy(row => row.LastRun),
            "priority" => rows.OrderBy(row => row.Options.Priority),
            "status" => rows.OrderBy(row => TrajectBatches.Status(row.State), StringComparer.Ordinal),
            _ => rows.OrderBy(row => row.Name, StringComparer.OrdinalIgnoreCase),
        };
        var ascending = sorted.ThenBy(row => row.Number);
        return asked.Choice("sort_direction", ["ascending", "descending"], "ascending") == "ascending" ? ascending : ascending.Reverse();
    }

    private static int Number(TrajectParameters asked, string name, int min, int max, int standard) => asked.Text(name, old: null) switch
    {
        null => standard,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max => number,
        _ => throw TrajectRefusal.Invalid(name, $"must be a number from {min}{(max == int.MaxValue ? "" : $" to {max}")}"),
    };

    private static DateTime? Time(TrajectParameters asked, string name) => asked.Text(name, old: null) switch
    {
        null => null,
        var text when DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => throw TrajectRefusal.Invalid(name, "must be an ISO 8601 time"),
    };

    private sealed record Row(long Number, string Name, DateTime CreatedAt, DateTime? LastRun, string State, BatchSettings Options, bool HasResults);
}
