using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Adds searches to a batch that is not running, changes and removes them.</summary>
public sealed class SearchHandlers(Appender appender)
{
    private const int MaxAtOnce = 1000;
    private const int MaxInBatch = 15_000;

    /// <summary>The searches in a request; null when it has none.</summary>
    /// <exception cref="ProblemException">400: they cannot be taken.</exception>
    internal static IReadOnlyList<NewJob>? JobsOf(Parameters parameters, TrajectWords words)
    {
        if (!parameters.All.TryGetValue(words.Searches, out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var searches = given.ValueKind == JsonValueKind.String ? Parse(given.GetString()!) : JsonNode.Parse(given.GetRawText());
        return searches is JsonArray { Count: <= MaxAtOnce } array
            ? [.. array.Select((search, place) => JobOf(search as JsonObject ?? throw TrajectRefusal.Invalid(words.Searches, $"must be objects; number {place + 1} is none"), words))]
            : throw TrajectRefusal.Invalid(words.Searches, $"must be an array of at most {MaxAtOnce}");
    }

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

        var (reply, _) = await appender.AddAsync(batch.CorrelationId, batch.Number, jobs, context.RequestAborted);
        if (!reply.Accepted)
        {
            throw new ProblemException(reply.AsProblem());
        }
    }

    /// <summary>A search as a job: its type is the action, everything but its custom id a param.</summary>
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

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
