using System.Net;

namespace BatchPlatform.Gateway.Tests;

/// <summary>A body of unknown length that a test writes as it goes.</summary>
internal sealed class GeneratedBody(Func<Stream, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
