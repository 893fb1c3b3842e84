using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Applies a merge patch (RFC 7396) to what a client may change: <c>name, options, callback, schedule, dialect_document</c>. api has checked its shape.</summary>
internal static class BatchPatch
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Whether the patch names nothing but the dialect's own document.</summary>
    public static bool TouchesOnlyDialectDocument(string patch) =>
        Parse(patch).All(member => member.Key == "dialect_document");

    /// <summary>Applies the patch; true when the schedule is another than before.</summary>
    public static bool Apply(Batch batch, string patch)
    {
        var changes = Parse(patch);
        var before = batch.Schedule;
        if (changes.TryGetPropertyValue("name", out var name))
        {
            batch.Name = name?.GetValue<string>();
        }

        if (changes.TryGetPropertyValue("options", out var options))
        {
            batch.Options = Merged(batch.Options, options) ?? new BatchSettings();
        }

        if (changes.TryGetPropertyValue("callback", out var callback))
        {
            batch.Callback = Merged(batch.Callback, callback);
        }

        if (changes.TryGetPropertyValue("schedule", out var schedule))
        {
            batch.Schedule = Merged(batch.Schedule, schedule);
            batch.Recurring |= batch.Schedule is not null;
        }

        if (changes.TryGetPropertyValue("dialect_document", out var document))
        {
            batch.DialectDocument = MergedDocument(batch.DialectDocument, document);
        }

        return !JsonNode.DeepEquals(JsonSerializer.SerializeToNode(before, Json), JsonSerializer.SerializeToNode(batch.Schedule, Json));
    }

    // Member by member as for the rest, so that two changes of different members both count.
    private static string? MergedDocument(string? old, JsonNode? change)
    {
        if (change is not JsonObject members)
        {
            return change?.ToJsonString();
        }

        var merged = old is null ? [] : Parse(old);
        Merge(merged, members);
        return merged.ToJsonString();
    }

    private static T? Merged<T>(T? old, JsonNode? change)
        where T : class
    {
        if (change is not JsonObject members)
        {
            return null;
        }

        var merged = JsonSerializer.SerializeToNode(old, Json)?.AsObject() ?? [];
        Merge(merged, members);
        return merged.Deserialize<T>(Json);
    }

    private static void Merge(JsonObject target, JsonObject members)
    {
        foreach (var (member, value) in members)
        {
            target.Remove(member);
            if (value is not null)
            {
                target[member] = value.DeepClone();
            }
        }
    }

    private static JsonObject Parse(string patch) => JsonNode.Parse(patch)!.AsObject();
}
