using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Imports;
using BatchPlatform.Contracts;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Takes definitions that come through the API.</summary>
public sealed class UpstreamWriting(UpstreamVersions versions, UpstreamDirectory directory, DocumentFetch fetch, IOptions<ApiOptions> options)
{
    private const int MaxTold = 100;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = ApiJson.MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Runs PUT /v1/upstreams/{namespace}.</summary>
    /// <returns>The definition as it is now; <c>notes</c> tells what of an OpenAPI document was not taken over.</returns>
    /// <exception cref="ProblemException">The definition cannot be used; each member at fault is named.</exception>
    public async Task<JsonObject> PutAsync(HttpContext context, string ns)
    {
        var body = Parse(await RequestBody.ReadAsync(context, options.Value.UpstreamBytes));
        var source = body["openapi"];
        body.Remove("openapi");
        var given = RequestBody.Fields(() => body.Deserialize<Upstream>(ApiJson.Options)!, ErrorCodes.InvalidUpstream);
        Refuse(UpstreamFault.Unless(given.Namespace.Length == 0 || given.Namespace == ns, "namespace", "is not the one in the address"));
        var (upstream, notes) = source is null ? (given, []) : await ImportAsync(given, source, context.RequestAborted);
        upstream = upstream with { Namespace = ns };
        Refuse(UpstreamRules.Faults(upstream));
        Refuse(UpstreamFault.Unless(UpstreamVersions.Write(upstream).Length <= options.Value.UpstreamBytes, "schemas", $"makes the definition longer than {options.Value.UpstreamBytes} characters"));
        var version = await versions.PutAsync(upstream, context.Actor(), context.RequestAborted);
        directory.Forget();
        return Answer(upstream with { Version = version }, notes);
    }

    /// <summary>Runs DELETE /v1/upstreams/{namespace}.</summary>
    public async Task<UpstreamDeletion> DeleteAsync(HttpContext context, string ns)
    {
        var deletion = await versions.DeleteAsync(ns, context.Actor(), context.RequestAborted);
        directory.Forget();
        return deletion;
    }

    // What is given counts, what is not comes from the document.
    private async Task<(Upstream Upstream, IReadOnlyList<string> Notes)> ImportAsync(Upstream given, JsonNode source, CancellationToken cancellationToken)
    {
        var imported = await ReadAsync(given, source, cancellationToken);
        var upstream = given with
        {
            BaseUrl = given.BaseUrl.Length > 0 ? given.BaseUrl : imported.BaseUrl,
            Actions = Merge(imported.Actions, given.Actions),
            Schemas = Merge(imported.Schemas, given.Schemas),
            OpenApi = imported.Address?.AbsoluteUri,
        };
        return (upstream, imported.Notes);
    }

    private async Task<ImportedDocument> ReadAsync(Upstream given, JsonNode source, CancellationToken cancellationToken)
    {
        try
        {
            var (text, address) = await fetch.TextOfAsync(source, cancellationToken);
            using var document = DocumentText.Parse(text);
            return OpenApiImport.Read(document.RootElement, address, hasBaseUrl: given.BaseUrl.Length > 0);
        }
        catch (DocumentException error)
        {
            throw new ProblemException(Problems.InvalidField(ErrorCodes.InvalidUpstream, "openapi", error.Message));
        }
    }

    private static Dictionary<string, T> Merge<T>(IReadOnlyDictionary<string, T> below, IReadOnlyDictionary<string, T> above)
    {
        var merged = new Dictionary<string, T>(below);
        foreach (var (name, value) in above)
        {
            merged[name] = value;
        }

        return merged;
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            throw new ProblemException(Problems.InvalidJson("The body must be a JSON object."));
        }

        RequestBody.CheckSyntax(body.Span);
        try
        {
            RequestBody.CheckText(body.Span, ApiJson.MaxDepth);
            return JsonNode.Parse(body.Span, documentOptions: Strict)!.AsObject();
        }
        catch (JsonException)
        {
            throw new ProblemException(Problems.InvalidField(ErrorCodes.InvalidUpstream, "(body)", "has a member twice"));
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(Problems.InvalidJson("The body has text that is not Unicode."));
        }
    }

    private static void Refuse(IEnumerable<UpstreamFault> faults)
    {
        var told = faults.Take(MaxTold).Select(fault => new ProblemError(null, fault.Field, ErrorCodes.InvalidUpstream, fault.Message)).ToList();
        if (told.Count > 0)
        {
            throw new ProblemException(Problems.InvalidFields(told));
        }
    }

    private static JsonObject Answer(Upstream upstream, IReadOnlyList<string> notes)
    {
        var answer = JsonSerializer.SerializeToNode(upstream, ApiJson.Options)!.AsObject();
        if (notes.Count > 0)
        {
            answer["notes"] = new JsonArray([.. notes.Select(note => JsonValue.Create(note))]);
        }

        return answer;
    }
}
