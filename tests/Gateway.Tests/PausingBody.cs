using System.Net;

namespace BatchPlatform.Gateway.Tests;

/// <summary>A body of unknown length that sends a beginning, waits, and sends the rest.</summary>
internal sealed class PausingBody(int first, Task resume, int rest) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(new byte[first]);
        await stream.FlushAsync();
        await resume;
        await stream.WriteAsync(new byte[rest]);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
