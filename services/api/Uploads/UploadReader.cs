using System.Runtime.CompilerServices;
using BatchPlatform.Api.Idempotency;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Reads a body of any length in chunks of bounded size. A chunk's records point into the chunk's own buffer, so that they
/// are copied once, from the connection, and the next chunk can be read while one is being stored.
/// </summary>
internal sealed class UploadReader<T>(Stream body, RecordFormat<T> format, IRecordReader<T> reader, RequestFingerprint? fingerprint) : IDisposable
{
    // Room for the largest params and everything around them; a longer record is refused without being kept.
    private const int MaxRecordBytes = Contracts.Limits.ParamsBytes + (64 * 1024);
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private UploadChunk<T> _chunk = new(expected: 16);
    private int _start;
    private int _scanned;
    private int _end;
    private bool _skipping;
    private bool _started;

    /// <summary>The chunks in order; whoever takes one disposes it. Bad records are in the reader's errors at the end.</summary>
    /// <exception cref="ProblemException">The body as a whole cannot be read.</exception>
    public async IAsyncEnumerable<UploadChunk<T>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool more;
        do
        {
            more = await FillAsync(cancellationToken);
            while (TakeRecord())
            {
                if (_chunk.IsFull)
                {
                    yield return NextChunk();
                }
            }

            MakeRoom();
            if (_end == UploadChunk.Bytes)
            {
                yield return NextChunk();
            }
        }
        while (more);

        if (!_skipping)
        {
            format.Finish(Unread(), reader, _chunk.Records);
        }

        yield return NextChunk();
    }

    /// <inheritdoc/>
    public void Dispose() => _chunk.Dispose();

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        var read = await RequestBody.ReadPartAsync(body, _chunk.Buffer.AsMemory(_end, UploadChunk.Bytes - _end), cancellationToken);
        fingerprint?.Add(_chunk.Buffer.AsSpan(_end, read));
        _end += read;
        if (!_started && (_end >= ByteOrderMark.Length || read == 0))
        {
            _started = true;
            _start = _scanned = _chunk.Buffer.AsSpan(0, _end).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        }

        return read > 0;
    }

    private bool TakeRecord()
    {
        var length = _started ? format.FindEnd(_chunk.Buffer.AsSpan(_scanned, _end - _scanned)) : -1;
        if (length < 0)
        {
            _scanned = _started ? _end : _scanned;
            return false;
        }

        _scanned += length;
        if (!_skipping)
        {
            format.Read(Unread(), reader, _chunk.Records);
        }

        _skipping = false;
        _start = _scanned;
        return true;
    }

    private ReadOnlyMemory<byte> Unread() => _chunk.Buffer.AsMemory(_start, _scanned - _start);

    // A record that is too long is let go of as it comes; the format goes on looking for its end.
    private void MakeRoom()
    {
        if (_end - _start > MaxRecordBytes)
        {
            if (!_skipping)
            {
                format.Oversized(reader);
            }

            _skipping = true;
        }

        if (_skipping)
        {
            _start = _end;
        }
    }

    // What was not taken yet moves to the new chunk.
    private UploadChunk<T> NextChunk()
    {
        var full = _chunk;
        _chunk = new UploadChunk<T>(expected: full.Records.Count);
        full.Buffer.AsSpan(_start, _end - _start).CopyTo(_chunk.Buffer);
        (_start, _scanned, _end) = (0, _scanned - _start, _end - _start);
        return full;
    }
}
