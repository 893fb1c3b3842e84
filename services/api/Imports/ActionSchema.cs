using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Schemas;

namespace BatchPlatform.Api.Imports;

/// <summary>
/// The one schema that a job's params must fit, put together from an operation's parameters and its body: in our words both are
/// members of one object.
/// </summary>
internal sealed class ActionSchema(SchemaImport schemas, DocumentRefs refs)
{
    private const int MaxDepth = 16;
    private static readonly string[] Branches = ["allOf", "anyOf", "oneOf"];

    private readonly JsonObject _params = [];
    private readonly JsonArray _required = [];

    // Branches that share branches could be looked at without end; what is not looked at stays as it is.
    private int _looks = 2000;

    /// <summary>Adds a parameter that is written as text. A number may be given as text, too, since it becomes text anyway.</summary>
    public void AddParam(string name, JsonElement schema, bool isRequired)
    {
        var converted = schemas.Convert(schema);
        _params[name] = PatternOf(refs.Resolve(schema).Text("type")) is not { } pattern ? converted : new JsonObject
        {
            ["if"] = new JsonObject { ["type"] = "string" },
            ["then"] = new JsonObject { ["pattern"] = pattern },
            ["else"] = converted,
        };
        if (isRequired)
        {
            _required.Add(name);
        }
    }

    /// <summary>The whole, with the body's schema where there is one. Called when all schemas of the document are converted.</summary>
    /// <param name="body">The body's schema, converted; null when there is no body.</param>
    /// <param name="isRequired">There must be a body; else its schema counts as soon as a member of it is given.</param>
    public JsonElement Build(JsonNode? body, bool isRequired)
    {
        var names = _params.Select(param => param.Key).ToArray();
        var schema = new JsonObject { ["type"] = "object" };
        if (names.Length > 0)
        {
            schema["properties"] = _params;
        }

        if (_required.Count > 0)
        {
            schema["required"] = _required;
        }

        if (body is not null)
        {
            AddBody(schema, Open(body, names, depth: 0), names, isRequired);
        }

        return JsonSerializer.SerializeToElement(schema);
    }

    private static void AddBody(JsonObject schema, JsonNode body, string[] names, bool isRequired)
    {
        if (isRequired)
        {
            schema["allOf"] = new JsonArray(body);
            return;
        }

        var noBody = names.Length == 0
            ? new JsonObject { ["maxProperties"] = 0 }
            : new JsonObject { ["propertyNames"] = new JsonObject { ["enum"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) } };
        schema["if"] = noBody;
        schema["then"] = new JsonObject();
        schema["else"] = body;
    }

    // A body that forbids other members must be told that the parameters stand beside its own.
    private JsonNode Open(JsonNode body, string[] names, int depth)
    {
        if (names.Length == 0 || depth > MaxDepth || !IsClosed(body, depth))
        {
            return body.DeepClone();
        }

        if (SharedBy(body) is { } shared)
        {
            return Open(shared, names, depth + 1);
        }

        var opened = body.DeepClone().AsObject();
        foreach (var branch in Branches.Where(opened.ContainsKey))
        {
            opened[branch] = new JsonArray([.. opened[branch]!.AsArray().Select(item => Open(item!, names, depth + 1))]);
        }

        if (opened.ContainsKey("additionalProperties"))
        {
            var properties = opened["properties"] as JsonObject ?? [];
            foreach (var name in names.Where(name => !properties.ContainsKey(name)))
            {
                properties[name] = true;
            }

            opened["properties"] = properties;
        }

        return opened;
    }

    private bool IsClosed(JsonNode schema, int depth) => depth <= MaxDepth && _looks-- > 0 && schema is JsonObject members
        && (members.ContainsKey("additionalProperties")
            || (SharedBy(schema) is { } shared && IsClosed(shared, depth + 1))
            || Branches.Any(branch => members[branch] is JsonArray items && items.Any(item => IsClosed(item!, depth + 1))));

    private JsonNode? SharedBy(JsonNode schema) =>
        schema is JsonObject members && (string?)members["$ref"] is { } reference
            ? schemas.Shared().GetValueOrDefault(Uri.UnescapeDataString(reference[SharedSchemas.Prefix.Length..]).Replace("~1", "/").Replace("~0", "~"))
            : null;

    private static string? PatternOf(string? type) => type switch
    {
        "integer" => "^-?[0-9]+$",
        "number" => "^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$",
        "boolean" => "^(true|false)$",
        _ => null,
    };
}
