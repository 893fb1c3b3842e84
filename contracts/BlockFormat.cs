using System.Buffers.Binary;
using System.Text;
using Snappier;

namespace BatchPlatform.Contracts;

/// <summary>
/// Writes the primitive parts of a block: little-endian numbers, length-prefixed bytes. The whole is compressed, since the broker
/// writes every byte to its disk, and jobs of a batch look like each other: one block of Snappy (google/snappy, format_description.txt).
/// </summary>
internal sealed class BlockWriter(int capacity)
{
    private byte[] _buffer = new byte[capacity];
    private int _length;

    public void WriteInt(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), value);

    public void WriteTime(DateTime utc) => BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), utc.Ticks);

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteInt(bytes.Length);
        bytes.CopyTo(Take(bytes.Length));
    }

    public void WriteText(string text)
    {
        WriteInt(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, Take(Encoding.UTF8.GetByteCount(text)));
    }

    public byte[] ToArray() => Snappy.CompressToArray(_buffer.AsSpan(0, _length));

    private Span<byte> Take(int size)
    {
        if (_buffer.Length - _length < size)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        }

        _length += size;
        return _buffer.AsSpan(_length - size, size);
    }
}

/// <summary>Reads what <see cref="BlockWriter"/> wrote; anything else is an <see cref="InvalidDataException"/>.</summary>
internal struct BlockReader(ReadOnlyMemory<byte> block)
{
    // Three bytes of Snappy stand for 64 at most: a damaged length cannot ask for gigabytes.
    private const int LargestRatio = 22;

    private ReadOnlyMemory<byte> _rest = Decompressed(block.Span);

    public int ReadInt() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

    public DateTime ReadTime()
    {
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime(ticks, DateTimeKind.Utc)
            : throw new InvalidDataException("A block holds a time that is none.");
    }

    public ReadOnlyMemory<byte> ReadBytes() => Take(ReadInt());

    /// <summary>Reads a count of items, each of which takes at least four bytes, so that a damaged one cannot ask for gigabytes.</summary>
    public int ReadCount()
    {
        var count = ReadInt();
        return count >= 0 && count <= _rest.Length / sizeof(int) ? count : throw new InvalidDataException("A block's count does not fit its size.");
    }

    /// <summary>Reads text; gives <paramref name="previous"/> itself when it is the same, since neighbours mostly repeat.</summary>
    public string ReadText(string? previous)
    {
        var bytes = ReadBytes().Span;
        return previous is not null && Ascii.Equals(bytes, previous) ? previous : Encoding.UTF8.GetString(bytes);
    }

    private static byte[] Decompressed(ReadOnlySpan<byte> block)
    {
        if (Snappy.GetUncompressedLength(block) is var length && (length < 0 || length > (long)LargestRatio * block.Length))
        {
            throw new InvalidDataException("A block's length does not fit its size.");
        }

        return Snappy.DecompressToArray(block);
    }

    private ReadOnlyMemory<byte> Take(int size)
    {
        if (size < 0 || size > _rest.Length)
        {
            throw new InvalidDataException("A block ends too early.");
        }

        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }
}
