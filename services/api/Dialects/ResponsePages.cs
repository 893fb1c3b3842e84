using System.Buffers;
using System.Text.Json;

namespace BatchPlatform.Api.Dialects;

/// <summary>A response that is written piece by piece, so that memory holds a piece of it however long it is.</summary>
internal sealed class ResponsePages(HttpContext context)
{
    /// <summary>A piece of a good size to send.</summary>
    public const int Bytes = 64 * 1024;

    // Raw JSON between our own members was checked when it came in.
    private static readonly JsonWriterOptions Writing = new() { Encoder = ApiJson.Options.Encoder };

    /// <summary>What is not sent yet.</summary>
    public ArrayBufferWriter<byte> Text { get; } = new();

    /// <summary>Writes JSON into the text; what it holds back goes with <see cref="SendAsync(Utf8JsonWriter, int)"/>.</summary>
    public Utf8JsonWriter Json() => new(Text, Writing);

    /// <summary>Sends the text, once there is so much of it.</summary>
    public async Task SendAsync(int atLeast = 1)
    {
        if (Text.WrittenCount >= atLeast)
        {
            await context.Response.Body.WriteAsync(Text.WrittenMemory, context.RequestAborted);
            Text.ResetWrittenCount();
        }
    }

    /// <summary>The same, with all that the writer was given.</summary>
    public async Task SendAsync(Utf8JsonWriter json, int atLeast = 1)
    {
        await json.FlushAsync(context.RequestAborted);
        await SendAsync(atLeast);
    }
}
