using System.Text.Json.Nodes;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>Makes values that fit a schema of the OpenAPI document, and mean something where its name tells what it is.</summary>
internal sealed class SchemaSamples(JsonNode document, Random random)
{
    private const int MaxDepth = 6;

    public JsonNode? Of(JsonNode schema, string name, int depth = 0)
    {
        if (Known(name) is { } known)
        {
            return known;
        }

        schema = Resolve(schema);
        if (schema["enum"] is JsonArray { Count: > 0 } words)
        {
            return words[random.Next(words.Count)]?.DeepClone();
        }

        if ((schema["oneOf"] ?? schema["anyOf"] ?? schema["allOf"]) is JsonArray choices)
        {
            return Of(choices.FirstOrDefault(choice => (string?)(choice!["type"] as JsonValue) != "null") ?? choices[0]!, name, depth);
        }

        return Type(schema) switch
        {
            "object" => Object(schema, depth),
            "array" => depth < MaxDepth && schema["items"] is { } items ? new JsonArray(Of(items, name, depth + 1)) : new JsonArray(),
            "integer" => JsonValue.Create(random.Next(1, 4)),
            "number" => JsonValue.Create(0.5),
            "boolean" => JsonValue.Create(random.Next(2) == 0),
            "null" => null,
            _ => JsonValue.Create((string?)schema["format"] == "date-time" ? "2026-01-31T12:00:00Z" : "text"),
        };
    }

    private JsonObject Object(JsonNode schema, int depth)
    {
        var made = new JsonObject();
        if (depth < MaxDepth && schema["properties"] is JsonObject members)
        {
            foreach (var (name, member) in members.Where(_ => random.Next(3) == 0))
            {
                made[name] = Of(member!, name, depth + 1);
            }
        }

        return made;
    }

    private static JsonNode? Known(string name) => name switch
    {
        "namespace" => "bench",
        "action" => "noop",
        "params" => new JsonObject { ["n"] = 1 },
        "url" => "https://receiver.example/",
        "base_url" => "https://upstream.example/",
        "time_zone" => "Europe/Berlin",
        "cron" => "0 9 * * *",
        "dataset" => Seed.Word("datasets.id"),
        "jobs" => new JsonArray(),
        "scopes" => new JsonArray("read"),
        "tenant" => Seed.Word("tenant"),
        _ => null,
    };

    private JsonNode Resolve(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference
            ? reference.Split('/').Skip(1).Aggregate(document, (node, part) => node[part]!)
            : schema;

    private static string? Type(JsonNode schema) => schema["type"] switch
    {
        JsonArray types => types.Select(type => (string?)type).FirstOrDefault(type => type != "null" && type != "string") ?? "string",
        JsonValue type => (string?)type,
        _ => schema["properties"] is null ? "string" : "object",
    };
}
