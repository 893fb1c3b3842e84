using System.Net;
using System.Text;

namespace BatchPlatform.Api.Tests;

/// <summary>Makes lines as they are sent, and looks at the heap while it does.</summary>
internal sealed class MeasuredBody : HttpContent
{
    private const int LookEvery = 20_000;
    private readonly string _line;
    private readonly int _count;

    public MeasuredBody(string line, int count)
    {
        (_line, _count) = (line, count);
        Headers.TryAddWithoutValidation("Content-Type", Http.Ndjson);
    }

    /// <summary>The most bytes seen.</summary>
    public long Peak { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var line = Encoding.UTF8.GetBytes(_line + "\n");
        for (var sent = 0; sent < _count; sent++)
        {
            await stream.WriteAsync(line);
            if (sent % LookEvery == 0)
            {
                Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: true));
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
