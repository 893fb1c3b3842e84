using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>A keyword as it stands in a schema.</summary>
/// <param name="Scope">The document.</param>
/// <param name="Schema">The schema around it.</param>
/// <param name="Value">Its value.</param>
/// <param name="Path">Where it stands.</param>
internal sealed record KeywordUse(SchemaScope Scope, JsonElement Schema, JsonElement Value, string Path)
{
    /// <summary>The value as a schema.</summary>
    public SchemaNode Node() => Scope.Compile(Value, Path);

    /// <summary>The value as a list of schemas, at least one.</summary>
    public SchemaNode[] Nodes() => Value.ValueKind == JsonValueKind.Array && Value.GetArrayLength() > 0
        ? [.. Value.EnumerateArray().Select((schema, at) => Scope.Compile(schema, $"{Path}[{at}]"))]
        : throw Wrong("must be an array of schemas");

    /// <summary>The value as schemas by name.</summary>
    public Dictionary<string, SchemaNode> NodesByName() => Members().ToDictionary(member => member.Name, member => Scope.Compile(member.Value, $"{Path}.{member.Name}"));

    /// <summary>A keyword beside this one as a schema, or null.</summary>
    public SchemaNode? Beside(string keyword) =>
        Schema.TryGetProperty(keyword, out var value) ? Scope.Compile(value, $"{Path[..Path.LastIndexOf('.')]}.{keyword}") : null;

    /// <summary>The value as a count, from 0.</summary>
    public int Count() => Value.ValueKind == JsonValueKind.Number && Value.TryGetDecimal(out var count) && count >= 0 && count == decimal.Truncate(count)
        ? (int)Math.Min(count, int.MaxValue)
        : throw Wrong("must be a whole number from 0");

    public JsonElement Number() => Value.ValueKind == JsonValueKind.Number ? Value : throw Wrong("must be a number");

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("must be a string");

    public bool Flag() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Wrong("must be true or false");

    public IEnumerable<JsonProperty> Members() => Value.ValueKind == JsonValueKind.Object ? LastOfEach(Value) : throw Wrong("must be an object");

    public string[] Names() => NamesIn(Value, Path);

    public static string[] NamesIn(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(name => name.GetString()!)]
            : throw new SchemaException(path, "must be an array of names");

    public SchemaException Wrong(string message) => new(Path, message);

    private static IEnumerable<JsonProperty> LastOfEach(JsonElement value) => value.EnumerateObject().GroupBy(member => member.Name).Select(same => same.Last());
}
