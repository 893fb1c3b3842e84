using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>
/// Makes JSON text of whatever an upstream answers: JSON stays as it came, other text becomes a JSON string, anything else
/// <c>{"content_type":…,"base64":…}</c>, and nothing stays nothing.
/// </summary>
internal static class ResponseJson
{
    // The reader's own bound, here and wherever results are read again.
    private const int DeepestJson = 64;

    // What the longest response takes as base64. Text full of what JSON must escape would take up to six times its length.
    private const int LongestString = 2 * 1024 * 1024 / 3 * 4;

    // Results are served as JSON, never inside HTML, so only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Answer Of(ReadOnlyMemory<byte> body, HttpContentHeaders headers)
    {
        if (body.IsEmpty)
        {
            return new Answer(AnswerKind.Nothing, body);
        }

        if (!Utf8.IsValid(body.Span))
        {
            return new Answer(AnswerKind.Binary, AsObject(body, headers));
        }

        var text = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        var kind = IsJsonType(headers.ContentType) ? KindOf(text.Span) : AnswerKind.Text;
        if (kind == AnswerKind.Json)
        {
            return new Answer(kind, OnOneLine(text));
        }

        var json = AsString(text);
        return new Answer(kind, json.Length <= LongestString ? json : AsObject(body, headers));
    }

    private static bool IsJsonType(MediaTypeHeaderValue? type) => type?.MediaType is { } name
        && (name.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || name.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private static AnswerKind KindOf(ReadOnlySpan<byte> text)
    {
        try
        {
            var deepest = 0;
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
                deepest = Math.Max(deepest, reader.CurrentDepth);
            }

            return deepest < DeepestJson ? AnswerKind.Json : AnswerKind.Text;
        }
        catch (JsonException)
        {
            return AnswerKind.BrokenJson;
        }
    }

    // In valid JSON a raw line break is only ever white space. Results are also read as one JSON text a line.
    private static ReadOnlyMemory<byte> OnOneLine(ReadOnlyMemory<byte> json)
    {
        if (!json.Span.ContainsAny((byte)'\r', (byte)'\n'))
        {
            return json;
        }

        var line = json.ToArray();
        line.AsSpan().ReplaceAny(SearchValues.Create("\r\n"u8), (byte)' ');
        return line;
    }

    private static ReadOnlyMemory<byte> AsString(ReadOnlyMemory<byte> text) => Write(writer => writer.WriteStringValue(text.Span));

    private static ReadOnlyMemory<byte> AsObject(ReadOnlyMemory<byte> body, HttpContentHeaders headers) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("content_type"u8, headers.ContentType?.ToString() ?? "application/octet-stream");
        writer.WriteBase64String("base64"u8, body.Span);
        writer.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, Plain);
        write(writer);
        writer.Flush();
        return json.WrittenMemory;
    }
}
