using System.Net;
using System.Text;

namespace BatchPlatform.Api.Tests;

/// <summary>A body of which the test lets a part out at a time.</summary>
internal sealed class GatedContent : HttpContent
{
    private readonly System.Threading.Channels.Channel<string> _parts = System.Threading.Channels.Channel.CreateUnbounded<string>();

    public GatedContent(string type = "application/x-ndjson") => Headers.TryAddWithoutValidation("Content-Type", type);

    public void Send(string part) => _parts.Writer.TryWrite(part);

    public void End() => _parts.Writer.Complete();

    /// <summary>The connection breaks in the middle of the body.</summary>
    public void Break() => _parts.Writer.Complete(new IOException("broken by the test"));

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // The head goes out at once, so that the server begins.
        await stream.FlushAsync();
        await foreach (var part in _parts.Reader.ReadAllAsync())
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(part));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
