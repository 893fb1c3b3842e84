using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>
/// Takes secrets out of an answer: some servers send back what they were sent. It knows a secret plain, escaped as JSON and escaped
/// as in an address; one that a server disguises any further gets through.
/// </summary>
internal sealed class Scrubber
{
    // What is shorter may stand in an answer by chance.
    private const int Shortest = 8;
    private readonly byte[][] _forms;

    /// <param name="secrets">Those shorter than 8 characters are not looked for.</param>
    public Scrubber(params IEnumerable<string> secrets) =>
        // The longest first: a short one may be a part of it.
        _forms = [.. secrets.Where(secret => secret.Length >= Shortest).SelectMany(FormsOf).Distinct().OrderByDescending(form => form.Length).Select(Encoding.UTF8.GetBytes)];

    private static ReadOnlySpan<byte> Instead => "***"u8;

    /// <summary>The text itself where there is nothing to hide.</summary>
    public ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> text)
    {
        foreach (var form in _forms)
        {
            if (text.Span.IndexOf(form) >= 0)
            {
                text = Replace(text.Span, form);
            }
        }

        return text;
    }

    private static IEnumerable<string> FormsOf(string secret) =>
    [
        secret,
        JsonEncodedText.Encode(secret).ToString(),
        JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        secret.Replace("/", "\\/", StringComparison.Ordinal),
        Uri.EscapeDataString(secret),
    ];

    private static ReadOnlyMemory<byte> Replace(ReadOnlySpan<byte> text, ReadOnlySpan<byte> form)
    {
        var clean = new ArrayBufferWriter<byte>(text.Length);
        while (text.IndexOf(form) is var found && found >= 0)
        {
            clean.Write(text[..found]);
            clean.Write(Instead);
            text = text[(found + form.Length)..];
        }

        clean.Write(text);
        return clean.WrittenMemory;
    }
}
