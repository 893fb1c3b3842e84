using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Schedules;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Applies a merge patch (RFC 7396) to what a client may change: <c>name, options, callback, schedule, dialect_document</c>.</summary>
internal static class BatchPatch
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Whether the patch names nothing but the dialect's own document.</summary>
    public static bool TouchesOnlyDialectDocument(string patch) =>
        Parse(patch).All(member => member.Key == "dialect_document");

    /// <summary>Whether the batch, as it is now, can be changed so: api has checked the patch, but another may have come in between.</summary>
    public static bool Fits(Batch batch, string patch)
    {
        var changes = Parse(patch);
        try
        {
            _ = Merged(batch.Options, changes["options"]);
            _ = Merged(batch.Callback, changes["callback"]);
            return Merged(batch.Schedule, changes["schedule"]) is not { } schedule || !ScheduleRules.Faults(schedule).Any();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Applies a patch that fits; true when the schedule is another than before.</summary>
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

    private static T? Merged<T>(T? old, JsonNode? change)
        where T : class
    {
        if (change is not JsonObject members)
        {
            return null;
        }

        var merged = JsonSerializer.SerializeToNode(old, Json)?.AsObject() ?? [];
        MergePatch.Apply(merged, members);
        return merged.Deserialize<T>(Json);
    }

    // Member by member, so that two changes of different members both count; each is the dialect's, and taken whole.
    private static string? MergedDocument(string? old, JsonNode? change)
    {
        if (change is not JsonObject members)
        {
            return change?.ToJsonString();
        }

        var merged = old is null ? [] : Parse(old);
        foreach (var (member, value) in members)
        {
            merged.Remove(member);
            if (value is not null)
            {
                merged[member] = value.DeepClone();
            }
        }

        return merged.ToJsonString();
    }

    private static JsonObject Parse(string patch) => JsonNode.Parse(patch)!.AsObject();
}
