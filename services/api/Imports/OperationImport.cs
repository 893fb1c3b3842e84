using System.Text.Json;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Imports;

/// <summary>Turns one operation of an OpenAPI document into an action.</summary>
/// <param name="Schemas">The document's schemas.</param>
/// <param name="Refs">The document's references.</param>
/// <param name="Notes">What is not taken over.</param>
internal sealed record OperationImport(SchemaImport Schemas, DocumentRefs Refs, ImportNotes Notes)
{
    // OpenAPI says itself that parameters of these names count for nothing.
    private static readonly string[] IgnoredHeaders = ["Accept", "Content-Type", "Authorization"];

    /// <summary>The action; null, with a note, when no call of ours could be one of the operation's.</summary>
    public UpstreamAction? Read(string method, string path, JsonElement item, JsonElement operation)
    {
        var label = $"{method} {path}";
        if (PathRules.Faults("path", path).FirstOrDefault() is { } fault)
        {
            Notes.Add($"{label}: left out, since its path {fault.Message}");
            return null;
        }

        var body = method == "GET" ? BodyImport.None : BodyImport.Of(Refs.Resolve(operation.Member("requestBody")), Refs);
        if (body.Refusal is { } refusal)
        {
            Notes.Add($"{label}: {(body.IsRequired ? "left out" : "without its body")}, since {refusal}");
            if (body.IsRequired)
            {
                return null;
            }
        }

        var schema = new ActionSchema(Schemas, Refs);
        var places = ReadParams(label, path, item, operation, schema);
        NoteShadowed(label, body, places);
        var converted = body.Schema is { } bodySchema ? Schemas.Convert(bodySchema) : null;
        return new UpstreamAction { Method = method, Path = path, Params = places, Body = body.Kind, Schema = schema.Build(converted, body.IsRequired) };
    }

    private Dictionary<string, string> ReadParams(string label, string path, JsonElement item, JsonElement operation, ActionSchema schema)
    {
        var places = new Dictionary<string, string>();
        foreach (var parameter in Parameters(item, operation).OrderBy(parameter => parameter.Text("in") == "path" ? 0 : 1))
        {
            var (name, place) = (parameter.Text("name")!, parameter.Text("in")!);
            var isRequired = parameter.IsTrue("required");
            if (!CanBeSent(path, name, place))
            {
                NoteUnsent(label, name, place, isRequired);
            }
            else if (!places.TryAdd(name, place))
            {
                Notes.Add($"{label}: its {place} parameter '{name}' cannot be sent, since another has that name");
            }
            else
            {
                schema.AddParam(name, parameter.Member("schema"), isRequired || place == "path");
            }
        }

        return places;
    }

    // The operation's own count before those of the path.
    private IEnumerable<JsonElement> Parameters(JsonElement item, JsonElement operation) =>
        operation.Member("parameters").Items().Concat(item.Member("parameters").Items())
            .Select(Refs.Resolve)
            .Where(parameter => parameter.Text("name") is { Length: > 0 and <= Limits.NameLength } && parameter.Text("in") is not null)
            .DistinctBy(parameter => (parameter.Text("name"), parameter.Text("in")));

    private static bool CanBeSent(string path, string name, string place) => place switch
    {
        "path" => PathRules.Names(path)!.Contains(name),
        "query" => true,
        "header" => HeaderRules.MayBeParam(name) && !IgnoredHeaders.Contains(name, StringComparer.OrdinalIgnoreCase),
        _ => false,
    };

    private void NoteUnsent(string label, string name, string place, bool isRequired)
    {
        if (isRequired && !IgnoredHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            Notes.Add($"{label}: its {place} parameter '{name}' cannot be sent by a job");
        }
    }

    private void NoteShadowed(string label, BodyImport body, Dictionary<string, string> places)
    {
        var names = string.Join(", ", body.PropertyNames(Refs).Where(places.ContainsKey));
        if (names.Length > 0)
        {
            Notes.Add($"{label}: of its body cannot be sent, since parameters have these names: {names}");
        }
    }
}
