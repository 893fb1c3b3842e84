using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace BatchPlatform.Api.Dialects;

/// <summary>
/// What a request says by name, wherever it says it: in the query, in a form or in a JSON object, on any verb. What the body
/// says counts over the query.
/// </summary>
public sealed class Parameters
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth };

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    private Parameters()
    {
    }

    /// <summary>All of them; what came as text is a JSON string.</summary>
    public IReadOnlyDictionary<string, JsonElement> All => _values;

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
            parameters.Set(name, values[^1]);
        }

        await parameters.ReadBodyAsync(context, limit);
        context.Items[typeof(Parameters)] = parameters;
        return parameters;
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
        try
        {
            RequestBody.CheckText(body.Span, ApiJson.MaxDepth);
            using var document = JsonDocument.Parse(body, Strict);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                _values[member.Name] = member.Value.Clone();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ProblemException(Problems.InvalidJson("The body names a member twice, or has text that is not Unicode."));
        }
    }

    private async Task ReadFormAsync(HttpRequest request, int limit)
    {
        try
        {
            var bounds = new FormOptions { ValueLengthLimit = limit, MultipartBodyLengthLimit = limit };
            foreach (var (name, values) in await request.ReadFormAsync(bounds, request.HttpContext.RequestAborted))
            {
                Set(name, values.Count == 0 ? null : values[^1]);
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ProblemException(Problems.InvalidParameter("(body)", "is no form."));
        }
    }

    private void Set(string name, string? text) => _values[name] = JsonSerializer.SerializeToElement(text ?? "");
}
