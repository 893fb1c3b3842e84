using System.Buffers;

namespace BatchPlatform.Api.Reading;

/// <summary>
/// Takes a page of results while the one before is on its way: two buffers, in turns. Not the response's own: while chunking, that
/// may hand out a little less room than was asked for, which Utf8JsonWriter takes for a fault.
/// </summary>
internal sealed class PageBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 16 * 1024;

    private ArrayBufferWriter<byte> _written = new(FirstBytes);
    private ArrayBufferWriter<byte> _sent = new();

    /// <summary>Bytes of the page so far.</summary>
    public int WrittenCount => _written.WrittenCount;

    /// <summary>What was written; good until the next turn. Another page begins.</summary>
    public ReadOnlyMemory<byte> Turn()
    {
        (_written, _sent) = (_sent, _written);
        _written.ResetWrittenCount();
        return _sent.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Advance(int count) => _written.Advance(count);

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(sizeHint);
}
