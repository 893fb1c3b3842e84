using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace BatchPlatform.Api.Dialects;

/// <summary>
/// What a request says by name, wherever it says it: in the query, in a form or in a JSON object, on any verb. What the body
/// says counts over the query.
/// </summary>
public sealed class Parameters
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth };

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<JsonElement>> _repeated = new(StringComparer.Ordinal);

    private Parameters()
    {
    }

    /// <summary>All of them; what came as text is a JSON string. Of a name that a form or the query repeats it is the last value.</summary>
    public IReadOnlyDictionary<string, JsonElement> All => _values;

    /// <summary>Every value of a name that is there, in order: a form or the query may repeat it, as many clients write a list.</summary>
    public IReadOnlyList<JsonElement> Every(string name) => _repeated.GetValueOrDefault(name) ?? [_values[name]];

    /// <summary>A value as text: a string's own, JSON for anything else; null when it is absent, null or empty.</summary>
    public string? Text(string name)
    {
        var text = _values.GetValueOrDefault(name) switch
        {
            { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            var value => value.GetRawText(),
        };
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The request's parameters, read once.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">Bytes of the body, at most.</param>
    /// <exception cref="ProblemException">400 INVALID_JSON, 413 or 415: the body cannot be read.</exception>
    public static async ValueTask<Parameters> OfAsync(HttpContext context, int limit)
    {
        if (context.Items[typeof(Parameters)] is Parameters known)
        {
            return known;
        }

        var parameters = new Parameters();
        foreach (var (name, values) in context.Request.Query)
        {
            parameters.Set(name, values);
        }

        await parameters.ReadBodyAsync(context, limit);
        context.Items[typeof(Parameters)] = parameters;
        return parameters;
    }

    /// <summary>JSON of any kind; null when it is none, names a member twice, or has text that is not Unicode.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            RequestBody.CheckText(json.Span, ApiJson.MaxDepth);
            return JsonDocument.Parse(json, Strict);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task ReadBodyAsync(HttpContext context, int limit)
    {
        var (request, body) = (context.Request, await RequestBody.ReadBytesAsync(context, limit));

        // Tools that were not told otherwise call any body a form.
        if (request.HasJsonContentType() || body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
        {
            ReadJson(body);
        }
        else if (request.HasFormContentType)
        {
            request.Body = new MemoryStream(body.ToArray());
            await ReadFormAsync(request, limit);
        }
        else if (!body.IsEmpty)
        {
            throw new ProblemException(Problems.UnsupportedMediaType("Send the body as a form or as application/json."));
        }
    }

    private void ReadJson(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return;
        }

        RequestBody.CheckSyntax(body.Span);
        using var document = Parse(body) ?? throw new ProblemException(Problems.InvalidJson("The body names a member twice, or has text that is not Unicode."));
        foreach (var member in document.RootElement.EnumerateObject())
        {
            _values[member.Name] = member.Value.Clone();
            _repeated.Remove(member.Name);
        }
    }

    private async Task ReadFormAsync(HttpRequest request, int limit)
    {
        try
        {
            var bounds = new FormOptions { ValueLengthLimit = limit, MultipartBodyLengthLimit = limit };
            foreach (var (name, values) in await request.ReadFormAsync(bounds, request.HttpContext.RequestAborted))
            {
                Set(name, values);
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ProblemException(Problems.InvalidParameter("(body)", "is no form."));
        }
    }

    private void Set(string name, StringValues texts)
    {
        List<JsonElement> values = [.. texts.Select(text => JsonSerializer.SerializeToElement(text ?? ""))];
        _values[name] = values.Count == 0 ? JsonSerializer.SerializeToElement("") : values[^1];
        _repeated.Remove(name);
        if (values.Count > 1)
        {
            _repeated[name] = values;
        }
    }
}
