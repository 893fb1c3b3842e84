using System.Text.Json;

namespace BatchPlatform.Api.Imports;

/// <summary>An operation's body, as far as a job can send it.</summary>
/// <param name="Kind">json, form or none.</param>
/// <param name="Schema">Its schema in the document's words; null when there is none.</param>
/// <param name="IsRequired">The operation cannot do without.</param>
/// <param name="Refusal">Why a job cannot send it; null when it can.</param>
internal sealed record BodyImport(string Kind, JsonElement? Schema, bool IsRequired, string? Refusal)
{
    private const int MaxDepth = 8;

    public static readonly BodyImport None = new("none", Schema: null, IsRequired: false, Refusal: null);

    public static BodyImport Of(JsonElement body, DocumentRefs refs)
    {
        var isRequired = body.IsTrue("required");
        var contents = body.Member("content").Members().ToList();
        if (contents.Count == 0)
        {
            return None;
        }

        if (Find(contents, "application/json", "*/*", "application/*") is { } json)
        {
            return Of("json", json, isRequired, refs);
        }

        return Find(contents, "application/x-www-form-urlencoded") is { } form
            ? Of("form", form, isRequired, refs)
            : new BodyImport("none", Schema: null, isRequired, $"its body is neither JSON nor a form: {string.Join(", ", contents.Select(content => content.Name))}");
    }

    /// <summary>The members that the body's schema names at its top.</summary>
    public IEnumerable<string> PropertyNames(DocumentRefs refs) => Schema is { } schema ? NamesIn(schema, refs, depth: 0).Distinct() : [];

    private static BodyImport Of(string kind, JsonElement content, bool isRequired, DocumentRefs refs)
    {
        var schema = content.Member("schema");
        return schema.ValueKind == JsonValueKind.Undefined ? new BodyImport(kind, Schema: null, isRequired, Refusal: null)
            : CanBeObject(refs.Resolve(schema)) ? new BodyImport(kind, schema, isRequired, Refusal: null)
            : new BodyImport("none", Schema: null, isRequired, "its body is no object");
    }

    private static JsonElement? Find(List<JsonProperty> contents, params string[] types)
    {
        foreach (var content in contents)
        {
            if (types.Contains(content.Name.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase))
            {
                return content.Value;
            }
        }

        return null;
    }

    private static bool CanBeObject(JsonElement schema) => schema.Member("type") switch
    {
        { ValueKind: JsonValueKind.String } type => type.GetString() == "object",
        { ValueKind: JsonValueKind.Array } types => types.EnumerateArray().Any(type => type.ValueKind == JsonValueKind.String && type.GetString() == "object"),
        _ => schema.Member("items").ValueKind == JsonValueKind.Undefined,
    };

    private static IEnumerable<string> NamesIn(JsonElement schema, DocumentRefs refs, int depth)
    {
        if (depth > MaxDepth)
        {
            return [];
        }

        var resolved = refs.Resolve(schema);
        return resolved.Member("properties").Members().Select(member => member.Name)
            .Concat(resolved.Member("allOf").Items().SelectMany(part => NamesIn(part, refs, depth + 1)));
    }
}
