using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Imports;

/// <summary>Reads an OpenAPI document, version 3.0 or 3.1: every operation becomes an action.</summary>
internal sealed class OpenApiImport
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    private readonly JsonElement _document;
    private readonly ImportNotes _notes = new();
    private readonly DocumentRefs _refs;
    private readonly SchemaImport _schemas;
    private readonly OperationImport _operations;
    private readonly ServerAddress _servers;
    private readonly Dictionary<string, UpstreamAction> _actions = [];

    private OpenApiImport(JsonElement document, string version, Uri? address, bool hasBaseUrl)
    {
        _document = document;
        _refs = new DocumentRefs(document, _notes);
        _schemas = new SchemaImport(_refs, _notes, isVersion30: version.StartsWith("3.0", StringComparison.Ordinal));
        _operations = new OperationImport(_schemas, _refs, _notes);
        _servers = new ServerAddress(document, address, hasBaseUrl);
    }

    /// <summary>Reads a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="address">Where it was fetched, to which relative servers refer; null when it was sent along.</param>
    /// <param name="hasBaseUrl">The definition says itself where calls go.</param>
    /// <exception cref="DocumentException">It is no OpenAPI document of these versions.</exception>
    public static ImportedDocument Read(JsonElement document, Uri? address, bool hasBaseUrl)
    {
        var version = document.Member("openapi") is { ValueKind: JsonValueKind.String or JsonValueKind.Number } given ? given.ToString() : "";
        if (!version.StartsWith("3.", StringComparison.Ordinal))
        {
            throw new DocumentException("is no OpenAPI document of version 3.0 or 3.1");
        }

        var import = new OpenApiImport(document, version, address, hasBaseUrl);
        import.ReadPaths();
        return import.Result(address);
    }

    private void ReadPaths()
    {
        foreach (var (path, item) in _document.Member("paths").Members().Select(path => (path.Name, _refs.Resolve(path.Value))))
        {
            foreach (var method in Methods.Where(method => item.Member(method).ValueKind == JsonValueKind.Object))
            {
                ReadOperation(method, path, item, item.Member(method));
            }
        }
    }

    private void ReadOperation(string method, string path, JsonElement item, JsonElement operation)
    {
        var verb = method.ToUpperInvariant();
        if (!_servers.Serves(item, operation))
        {
            _notes.Add($"{verb} {path}: left out, since another server has it");
        }
        else if (_operations.Read(verb, path, item, operation) is { } action)
        {
            _actions[NameOf(method, path, operation)] = action;
        }
    }

    // The operationId where there is a usable one, else made of method and path; unique in any case.
    private string NameOf(string method, string path, JsonElement operation)
    {
        var given = operation.Text("operationId") is { Length: > 0 and <= Limits.NameLength } id && !id.Any(char.IsControl) ? id : null;
        var made = string.Join('_', $"{method}/{path}".Split([.. "/{}.:-$()*+ "], StringSplitOptions.RemoveEmptyEntries));
        var name = given ?? made[..Math.Min(made.Length, Limits.NameLength - 10)];
        var unique = name;
        for (var i = 2; _actions.ContainsKey(unique); i++)
        {
            unique = $"{name[..Math.Min(name.Length, Limits.NameLength - 10)]}_{i}";
        }

        return unique;
    }

    private ImportedDocument Result(Uri? address) => new(
        address,
        _servers.BaseUrl,
        _actions,
        _schemas.Shared().ToDictionary(schema => schema.Key, schema => JsonSerializer.SerializeToElement(schema.Value)),
        _notes.Told);
}
