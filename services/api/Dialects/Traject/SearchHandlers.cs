using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Reading;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Adds searches to a batch that is not running, changes and removes them.</summary>
public sealed partial class SearchHandlers(BatchStore store, TrajectBatches mine, Appender appender, JobEditing editing, UpstreamDirectory upstreams)
{
    private const int MaxAtOnce = 1000;
    private const int MaxInBatch = 15_000;
    private static readonly string[] NotMembers = ["api_key", "id"];

    /// <summary>The searches in a request; null when it has none.</summary>
    /// <exception cref="ProblemException">400: they cannot be taken.</exception>
    internal static IReadOnlyList<NewJob>? JobsOf(Parameters parameters, TrajectWords words)
    {
        var given = parameters.All.GetValueOrDefault(words.Searches);
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return OfForm(parameters, words.Searches) is { } parts ? JobsOf(parts, words) : null;
        }

        return JobsOf(given.ValueKind == JsonValueKind.String ? Parse(Encoding.UTF8.GetBytes(given.GetString()!)) : JsonNode.Parse(given.GetRawText()), words);
    }

    private static NewJob[] JobsOf(JsonNode? searches, TrajectWords words) =>
        searches is JsonArray { Count: <= MaxAtOnce } array
            ? [.. array.Select((search, place) => JobOf(search as JsonObject ?? throw TrajectRefusal.Invalid(words.Searches, $"must be objects; number {place + 1} is none"), words))]
            : throw TrajectRefusal.Invalid(words.Searches, $"must be an array of at most {MaxAtOnce}");

    /// <summary>Adds searches, all or none.</summary>
    /// <exception cref="ProblemException">400: the batch is running, would hold too many, or one cannot be taken.</exception>
    internal async Task AddAsync(HttpContext context, Batch batch, IReadOnlyList<NewJob> jobs)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        if (batch.Total + jobs.Count > MaxInBatch)
        {
            throw TrajectRefusal.Invalid("searches", $"would be more than {MaxInBatch} in one Batch");
        }

        var (reply, _) = await appender.AddAsync(batch, jobs, context.Actor(), context.RequestAborted);
        if (!reply.Accepted)
        {
            throw new ProblemException(reply.AsProblem());
        }
    }

    /// <summary>PUT /batches/{id}/{search}: what is given changes, the rest stays.</summary>
    public async Task<IResult> UpdateAsync(HttpContext context, TrajectWords words, string id, string search)
    {
        var batch = await mine.FindAsync(context, words, id);
        var index = IndexOf(batch, words, search);
        var changes = (await TrajectDialect.ParametersAsync(context)).All.ExceptBy(NotMembers, member => member.Key).ToList();
        var changed = await MergeAsync(batch, words, search, index, changes, context.RequestAborted);
        var rules = new JobRules(await upstreams.CurrentAsync(context.RequestAborted), index, defaultNamespace: null, defaultAction: null);
        await EditAsync(words, search, () => editing.ReplaceAsync(BatchRow.Of(batch), NewJob.Check([JobOf(changed, words)], rules)[0], context.Actor(), context.RequestAborted));
        var body = TrajectRefusal.Body(success: true);
        body[words.Search] = new JsonObject(changes.Select(member => KeyValuePair.Create(member.Key, JsonSerializer.SerializeToNode(member.Value))));
        return Results.Json(body, ApiJson.Options);
    }

    /// <summary>DELETE /batches/{id}/{search}.</summary>
    public async Task<IResult> DeleteAsync(HttpContext context, TrajectWords words, string id, string search)
    {
        var batch = await mine.FindAsync(context, words, id);
        await EditAsync(words, search, () => editing.RemoveAsync(BatchRow.Of(batch), [IndexOf(batch, words, search)], context.Actor(), context.RequestAborted));
        return Results.Json(TrajectRefusal.Body(success: true, $"{words.SearchTitle} deleted"));
    }

    /// <summary>DELETE /batches/{id}/searches: those in the body, an array of ids; all or none.</summary>
    public async Task<IResult> DeleteManyAsync(HttpContext context, TrajectWords words, string id)
    {
        var batch = await mine.FindAsync(context, words, id);
        var text = await RequestBody.ReadBytesAsync(context, RequestBody.SmallBytes);
        var ids = (Parse(text) as JsonArray)?.Select(TextOf).ToList()
            ?? throw TrajectRefusal.Invalid("body", "must be an array of ids");
        List<int> indexes = [.. ids.Select(search => IndexOf(batch, words, search ?? ""))];
        await EditAsync(words, string.Join(',', ids), () => editing.RemoveAsync(BatchRow.Of(batch), indexes, context.Actor(), context.RequestAborted));
        return Results.Json(TrajectRefusal.Body(success: true));
    }

    /// <summary>DELETE /batches/{id}/clear.</summary>
    public async Task<IResult> ClearAsync(HttpContext context, TrajectWords words, string id)
    {
        var batch = await mine.FindAsync(context, words, id);
        await editing.ClearAsync(BatchRow.Of(batch), context.Actor(), context.RequestAborted);
        return Results.Json(TrajectRefusal.Body(success: true, $"{words.BatchTitle} {words.Searches} cleared"));
    }

    private async Task<JsonObject> MergeAsync(
        Batch batch, TrajectWords words, string search, int index, IEnumerable<KeyValuePair<string, JsonElement>> changes, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var old = await BatchRef.Of(batch).Jobs(db).SingleOrDefaultAsync(job => job.Index == index, cancellationToken)
            ?? throw TrajectRefusal.UnknownSearch(words, search);
        var merged = JsonNode.Parse(old.Params)!.AsObject();
        merged["custom_id"] = old.CustomId;
        foreach (var (name, value) in changes)
        {
            merged[name] = JsonSerializer.SerializeToNode(value);
        }

        return merged;
    }

    private static async Task EditAsync(TrajectWords words, string search, Func<Task> edit)
    {
        try
        {
            await edit();
        }
        catch (ProblemException refusal) when (refusal.Problem.Code == ErrorCodes.JobNotFound)
        {
            throw TrajectRefusal.UnknownSearch(words, search);
        }
    }

    private static int IndexOf(Batch batch, TrajectWords words, string search) =>
        JobIds.Parse(TrajectFiles.Parse(search)) is var (number, index) && number == batch.Number
            ? index
            : throw TrajectRefusal.UnknownSearch(words, search);

    // A search as a job: its type is the action, everything but its custom id a param.
    private static NewJob JobOf(JsonObject search, TrajectWords words)
    {
        search.Remove("id");
        search.Remove("custom_id", out var customId);
        var type = search[words.Type] switch
        {
            null when words == TrajectWords.OfBatches => "web",
            JsonValue value when value.TryGetValue(out string? text) => text,
            _ => throw TrajectRefusal.Invalid(words.Type, $"is required in each {words.Search}, as text"),
        };
        return new NewJob(TrajectOptions.Namespace, type, JsonSerializer.SerializeToUtf8Bytes(search, ApiJson.Options), TextOf(customId));
    }

    private static string? TextOf(JsonNode? customId) => customId switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => customId.ToJsonString(),
    };

    // A form's name[0][q]=…, as PHP's http_build_query writes an array of objects; null when it has none.
    private static JsonArray? OfForm(Parameters parameters, string name)
    {
        var parts = parameters.All
            .Select(member => (Name: FormMember.Match(member.Key), member.Value))
            .Where(member => member.Name.Success && member.Name.Groups["list"].Value == name)
            .GroupBy(member => member.Name.Groups["place"].Value)
            .OrderBy(item => item.Key.Length).ThenBy(item => item.Key, StringComparer.Ordinal)
            .Select(item => new JsonObject(item.Select(member => KeyValuePair.Create(member.Name.Groups["member"].Value, JsonSerializer.SerializeToNode(member.Value)))))
            .ToArray<JsonNode>();
        return parts.Length == 0 ? null : new JsonArray(parts);
    }

    private static JsonNode? Parse(ReadOnlyMemory<byte> json)
    {
        using var document = Parameters.Parse(json);
        return document is null ? null : JsonNode.Parse(document.RootElement.GetRawText());
    }

    [GeneratedRegex(@"^(?<list>\w+)\[(?<place>\d{1,9})\]\[(?<member>[^\]]+)\]$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormMember { get; }
}
