using System.Text.Json;
using System.Text.Unicode;
using BatchPlatform.Api.Admission;

namespace BatchPlatform.Api;

/// <summary>Reads small JSON bodies whole, within a bound that also holds for what a gzip unpacks to.</summary>
public static class RequestBody
{
    /// <summary>Bytes of a body that carries no jobs, at most.</summary>
    public const int SmallBytes = 64 * 1024;

    private const int DrainBuffer = 64 * 1024;

    /// <summary>The body's bytes.</summary>
    /// <exception cref="ProblemException">413: it is longer than <paramref name="limit"/>. 415: it does not say that it is JSON.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int limit = SmallBytes)
    {
        var body = await ReadBytesAsync(context, limit);
        return body.IsEmpty || context.Request.HasJsonContentType()
            ? body
            : throw new ProblemException(Problems.UnsupportedMediaType("Send the body as application/json."));
    }

    /// <summary>The body's bytes, whatever they say they are.</summary>
    /// <exception cref="ProblemException">
    /// 408: it came too slowly. 413: it is longer than <paramref name="limit"/>. 503 OVERLOADED: all bodies together are too long, or
    /// too much else is done by the time that it is there.
    /// </exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        using var body = new ArrivingBody(context);
        return await body.ReadAsync(limit);
    }

    /// <summary>Reads some of a body; 0 at its end.</summary>
    /// <exception cref="ProblemException">400: it is not packed, or not cut into chunks, as it says.</exception>
    public static async ValueTask<int> ReadPartAsync(Stream body, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(into, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(Problems.InvalidParameter("Content-Encoding", "the body is not what it says."));
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            // A chunk with a size beyond all numbers; the server tells it from other bad chunks.
            throw new ProblemException(Problems.InvalidParameter("(body)", "cannot be read to its end."));
        }
    }

    /// <summary>Reads a body of any length for its fingerprint alone.</summary>
    public static async Task DrainAsync(HttpContext context, Idempotency.RequestFingerprint fingerprint)
    {
        var buffer = new byte[DrainBuffer];
        while (await ReadPartAsync(context.Request.Body, buffer, context.RequestAborted) is var read and > 0)
        {
            fingerprint.Add(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Reads a JSON object; no body at all is one without members.</summary>
    /// <exception cref="ProblemException">400 INVALID_JSON, or 422 INVALID_FIELD naming the member.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> body)
        where T : class, new()
    {
        if (body.IsEmpty)
        {
            return new T();
        }

        CheckSyntax(body.Span);
        return Fields(() => JsonSerializer.Deserialize<T>(body.Span, ApiJson.Options)) ?? throw NoObject();
    }

    /// <summary>Runs a deserialization of JSON whose syntax is known to be right, so that what fails is a member.</summary>
    public static T Fields<T>(Func<T> read, string code = Contracts.ErrorCodes.InvalidField)
    {
        try
        {
            return read();
        }
        catch (JsonException error)
        {
            var field = error.Path is null or "$" ? "(body)" : error.Path.Replace("$.", "");
            throw new ProblemException(Problems.InvalidField(code, field, "is unknown here, given twice, missing, or has a value of the wrong kind."));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: JSON may have one, text may not.
            throw new ProblemException(Problems.InvalidField(code, "(body)", "has text that is not Unicode."));
        }
    }

    /// <exception cref="ProblemException">400 INVALID_JSON: no JSON object in UTF-8.</exception>
    public static void CheckSyntax(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new ProblemException(Problems.InvalidJson("The body is not UTF-8."));
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ApiJson.MaxDepth });
        try
        {
            if (reader.Read() && reader.TokenType != JsonTokenType.StartObject)
            {
                throw NoObject();
            }

            while (reader.Read())
            {
            }
        }
        catch (JsonException error)
        {
            throw new ProblemException(Problems.InvalidJson($"The body is no JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}."));
        }
    }

    /// <summary>Finds text that no encoding can write: JSON allows an escaped half of a surrogate pair, a definition has no use for one.</summary>
    /// <exception cref="InvalidOperationException">There is some.</exception>
    public static void CheckText(ReadOnlySpan<byte> json, int maxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true })
            {
                reader.GetString();
            }
        }
    }

    private static ProblemException NoObject() => new(Problems.InvalidJson("The body must be a JSON object."));

    internal static ProblemException TooLarge(int limit) => new(Problems.BodyTooLarge($"The body is longer than {limit} bytes."));
}
