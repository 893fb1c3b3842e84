using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Schemas;

namespace BatchPlatform.Api.Imports;

/// <summary>
/// Turns an OpenAPI document's schemas into JSON Schema: 3.0's own words are translated, annotations left out, and what is
/// referred to becomes a shared schema. A keyword that cannot be checked is left out, which makes the schema wider, never narrower.
/// </summary>
internal sealed class SchemaImport(DocumentRefs refs, ImportNotes notes, bool isVersion30)
{
    // Of schemas within schemas, references aside: a definition may nest 64 levels of JSON in all.
    private const int MaxDepth = 24;

    // Schemas in all, and what parameters share counts each time: about ten times those of the largest documents known.
    private const int MaxSchemas = 1_000_000;
    private const string Components = "#/components/schemas/";

    private static readonly string[] OneSchema = ["not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames"];
    private static readonly string[] SchemaLists = ["allOf", "anyOf", "oneOf", "prefixItems"];
    private static readonly string[] SchemaMaps = ["properties", "patternProperties", "dependentSchemas"];
    private static readonly string[] Plain =
    [
        "type", "enum", "const", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
        "minContains", "maxContains", "required", "minProperties", "maxProperties", "dependentRequired",
    ];

    private static readonly string[] Bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

    private readonly Dictionary<string, JsonNode?> _shared = [];
    private readonly Queue<(string Name, string Reference)> _waiting = [];
    private int _count;

    /// <summary>A schema in our words.</summary>
    public JsonNode Convert(JsonElement schema) => Convert(schema, depth: 0);

    /// <summary>The schemas referred to so far and all that they refer to, by the names that references have.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Shared()
    {
        while (_waiting.TryDequeue(out var next))
        {
            _shared[next.Name] = Convert(refs.Find(next.Reference));
        }

        return _shared;
    }

    private JsonNode Convert(JsonElement schema, int depth)
    {
        if (++_count > MaxSchemas)
        {
            throw new DocumentException("has too many schemas");
        }

        if (schema.ValueKind == JsonValueKind.False)
        {
            return JsonValue.Create(false);
        }

        var converted = new JsonObject();
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return converted;
        }

        if (DocumentRefs.ReferenceIn(schema) is { } reference)
        {
            if (Share(reference) is { } shared)
            {
                converted["$ref"] = shared;
            }

            if (isVersion30)
            {
                return converted;
            }
        }

        ConvertKeywords(schema, converted, depth);
        return isVersion30 && schema.IsTrue("nullable") ? new JsonObject { ["anyOf"] = new JsonArray(converted, new JsonObject { ["type"] = "null" }) } : converted;
    }

    private void ConvertKeywords(JsonElement schema, JsonObject converted, int depth)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            var value = keyword.Name switch
            {
                _ when OneSchema.Contains(keyword.Name) => keyword.Value.ValueKind is JsonValueKind.Array ? null : Convert(keyword.Value, depth + 1),
                _ when SchemaLists.Contains(keyword.Name) => ConvertList(keyword.Value, depth),
                _ when SchemaMaps.Contains(keyword.Name) => ConvertMap(keyword.Value, depth),
                "required" => Required(schema, keyword),
                _ when Plain.Contains(keyword.Name) => Usable(schema, keyword),
                _ when Bounds.Contains(keyword.Name) => Bound(schema, keyword),
                _ => null,
            };
            if (value is not null)
            {
                converted[keyword.Name] = value;
            }
        }

        Correct(schema, converted);
    }

    private JsonArray? ConvertList(JsonElement list, int depth) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? new JsonArray([.. list.EnumerateArray().Select(item => Convert(item, depth + 1))]) : null;

    private JsonObject? ConvertMap(JsonElement map, int depth)
    {
        if (map.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var converted = new JsonObject();
        foreach (var member in map.EnumerateObject())
        {
            converted[member.Name] = Convert(member.Value, depth + 1);
        }

        return converted;
    }

    // What is only ever read is demanded of answers, not of requests.
    private JsonArray? Required(JsonElement schema, JsonProperty keyword) => Usable(schema, keyword) is not JsonArray names
        ? null
        : new JsonArray([.. names.Where(name => !refs.Resolve(schema.Member("properties").Member((string)name!)).IsTrue("readOnly")).Select(name => name!.DeepClone())]);

    // In 3.0 the exclusive bounds are flags beside the others.
    private JsonNode? Bound(JsonElement schema, JsonProperty keyword)
    {
        var isFlag = keyword.Value.ValueKind is JsonValueKind.True or JsonValueKind.False;
        return keyword.Name switch
        {
            "exclusiveMinimum" when isFlag => keyword.Value.GetBoolean() ? NumberIn(schema, "minimum") : null,
            "exclusiveMaximum" when isFlag => keyword.Value.GetBoolean() ? NumberIn(schema, "maximum") : null,
            _ => Usable(schema, keyword),
        };
    }

    private static JsonNode? NumberIn(JsonElement schema, string name) =>
        schema.Member(name) is { ValueKind: JsonValueKind.Number } number ? JsonNode.Parse(number.GetRawText()) : null;

    private JsonNode? Usable(JsonElement schema, JsonProperty keyword)
    {
        if (SchemaKeywords.FaultOf(schema, keyword) is { } fault)
        {
            notes.Add($"{keyword.Name}: {Short(keyword.Value)} is not checked, since it {fault}");
            return null;
        }

        return JsonNode.Parse(keyword.Value.GetRawText());
    }

    // Names that match no pattern that we could run may be any: so none is refused.
    private static void Correct(JsonElement schema, JsonObject converted)
    {
        var patterns = schema.Member("patternProperties").Members().Select(member => member.Name);
        if (patterns.Any(pattern => StringKeywords.TryRegex(pattern) is null))
        {
            converted.Remove("patternProperties");
            converted.Remove("additionalProperties");
        }

        if (schema.Member("nullable").ValueKind == JsonValueKind.True)
        {
            // Null is an alternative of its own.
            (converted["enum"] as JsonArray)?.RemoveAll(value => value is null);
        }
    }

    private string? Share(string reference)
    {
        var name = reference.StartsWith(Components, StringComparison.Ordinal) && !reference[Components.Length..].Contains('/')
            ? Uri.UnescapeDataString(reference[Components.Length..]).Replace("~1", "/").Replace("~0", "~")
            : reference;
        if (!_shared.ContainsKey(name))
        {
            if (refs.Find(reference).ValueKind == JsonValueKind.Undefined)
            {
                return null;
            }

            _shared[name] = null;
            _waiting.Enqueue((name, reference));
        }

        return SharedSchemas.Prefix + Uri.EscapeDataString(name.Replace("~", "~0").Replace("/", "~1"));
    }

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : value.GetRawText();
}
