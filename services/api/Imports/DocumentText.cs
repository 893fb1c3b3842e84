using System.Text.Json;
using YamlDotNet.Core;

namespace BatchPlatform.Api.Imports;

/// <summary>Reads a document that is JSON or YAML.</summary>
internal static class DocumentText
{
    private const int MaxDepth = 256;

    /// <exception cref="DocumentException">It is neither.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> text)
    {
        var bytes = text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;
        try
        {
            return bytes.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] && TryJson(bytes) is { } json ? json : Read(YamlToJson.Convert(bytes, MaxDepth));
        }
        catch (YamlException error)
        {
            throw new DocumentException($"is neither JSON nor YAML: line {error.Start.Line}, column {error.Start.Column}");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new DocumentException("is neither JSON nor YAML");
        }
    }

    // YAML may begin with a brace, too.
    private static JsonDocument? TryJson(ReadOnlyMemory<byte> text)
    {
        try
        {
            return Read(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonDocument Read(ReadOnlyMemory<byte> text)
    {
        RequestBody.CheckText(text.Span, MaxDepth);
        return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
    }
}
