using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>One schema document: makes its schemas ready, and finds those that references name within it.</summary>
internal sealed class SchemaScope(JsonElement document, SharedSchemas shared)
{
    private static readonly string[] Unsupported = ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$dynamicAnchor", "$recursiveRef"];

    // By reference, so that a schema that refers to itself finds itself.
    private readonly Dictionary<string, SchemaNode> _referred = [];

    public SchemaNode Root() => Resolve("#", "");

    /// <summary>Makes a schema ready.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Where it stands, for a fault.</param>
    public SchemaNode Compile(JsonElement schema, string path)
    {
        var node = new SchemaNode();
        Fill(node, schema, path);
        return node;
    }

    /// <summary>The schema that a reference names; made ready after the one that is being made, however long the chain is.</summary>
    public SchemaNode Resolve(string reference, string path)
    {
        if (_referred.TryGetValue(reference, out var known))
        {
            return known;
        }

        if (reference.StartsWith(SharedSchemas.Prefix, StringComparison.Ordinal) && Elsewhere(reference) is { } found)
        {
            return found.Scope.Resolve(found.Reference, path);
        }

        if (!reference.StartsWith('#') || Find(reference) is not { } schema)
        {
            throw new SchemaException(path, "refers to a schema that is not here");
        }

        var node = _referred[reference] = new SchemaNode();
        shared.Later(() => Fill(node, schema, path));
        return node;
    }

    private void Fill(SchemaNode node, JsonElement schema, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.Fill(schema.GetBoolean() ? [] : [(_, _) => SchemaFault.Here("is not allowed")]);
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new SchemaException(path, "must be a schema: an object or a boolean");
        }

        if (Array.Find(Unsupported, keyword => schema.TryGetProperty(keyword, out _)) is { } unsupported)
        {
            throw new SchemaException($"{path}.{unsupported}", "is not supported");
        }

        node.Fill(schema.EnumerateObject().SelectMany(keyword => Rules(schema, keyword, path)).ToList());
    }

    private IEnumerable<SchemaRule> Rules(JsonElement schema, JsonProperty keyword, string path) =>
        SchemaKeywords.Find(keyword.Name) is { } compile
            ? compile(new KeywordUse(this, schema, keyword.Value, $"{path}.{keyword.Name}"))
            : [];

    private (SchemaScope Scope, string Reference)? Elsewhere(string reference)
    {
        var (name, rest) = reference[SharedSchemas.Prefix.Length..].Split('/', 2) is [var first, var second] ? (first, $"#/{second}") : (reference[SharedSchemas.Prefix.Length..], "#");
        return shared.Find(Unescape(name)) is { } scope ? (scope, rest) : null;
    }

    // A JSON Pointer in a fragment.
    private JsonElement? Find(string reference)
    {
        var found = document;
        foreach (var token in reference.Split('/').Skip(1).Select(Unescape))
        {
            if (found.ValueKind == JsonValueKind.Array && int.TryParse(token, out var at) && at >= 0 && at < found.GetArrayLength())
            {
                found = found[at];
            }
            else if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(token, out found))
            {
                return null;
            }
        }

        return reference is "#" or ['#', '/', ..] ? found : null;
    }

    private static string Unescape(string token) => Uri.UnescapeDataString(token).Replace("~1", "/").Replace("~0", "~");
}
