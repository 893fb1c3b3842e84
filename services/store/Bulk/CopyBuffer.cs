using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace BatchPlatform.Store.Bulk;

/// <summary>
/// Rows in the binary format of PostgreSQL's COPY: each begins with its number of fields, each field with its length in bytes, and
/// numbers are in network order (PostgreSQL's documentation, COPY, "Binary Format"). The driver's own writer binds a parameter for
/// every field, which took more of our processor time than anything else about an outcome.
/// </summary>
/// <param name="fields">Of a row.</param>
/// <param name="capacity">Bytes to begin with.</param>
internal sealed class CopyBuffer(short fields, int capacity)
{
    private const int Null = -1;
    private const short EndOfRows = -1;

    // PGCOPY, line ends of three systems and a byte above 127, so that what changes such bytes on the way is found out; flags; no extension.
    private static readonly byte[] Header = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly ArrayBufferWriter<byte> _bytes = Begun(capacity);

    /// <summary>Begins a row, whose fields follow in the order of the statement's columns.</summary>
    public void Row() => WriteShort(fields);

    /// <summary>A <c>smallint</c>.</summary>
    public void Small(short value)
    {
        WriteInt(sizeof(short));
        WriteShort(value);
    }

    /// <summary>An <c>integer</c>.</summary>
    public void Integer(int value)
    {
        WriteInt(sizeof(int));
        WriteInt(value);
    }

    /// <summary>An <c>integer</c> that may be NULL.</summary>
    public void Integer(int? value)
    {
        if (value is { } number)
        {
            Integer(number);
        }
        else
        {
            WriteInt(Null);
        }
    }

    /// <summary>A <c>bigint</c>.</summary>
    public void Big(long value)
    {
        WriteInt(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    /// <summary>A <c>timestamptz</c>, which counts microseconds from the year 2000 on.</summary>
    public void Time(DateTime utc) => Big((utc - Epoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>A <c>text</c>, or NULL.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            WriteInt(Null);
            return;
        }

        WriteInt(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _bytes);
    }

    /// <summary>A <c>text</c> that is UTF-8 already, or NULL.</summary>
    public void Text(ReadOnlyMemory<byte>? utf8)
    {
        WriteInt(utf8?.Length ?? Null);
        _bytes.Write((utf8 ?? default).Span);
    }

    /// <summary>Ends the rows: all that there is to send.</summary>
    public ReadOnlyMemory<byte> End()
    {
        WriteShort(EndOfRows);
        return _bytes.WrittenMemory;
    }

    private static ArrayBufferWriter<byte> Begun(int capacity)
    {
        var bytes = new ArrayBufferWriter<byte>(capacity);
        bytes.Write(Header);
        return bytes;
    }

    private void WriteInt(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(sizeof(int)), value);
        _bytes.Advance(sizeof(int));
    }

    private void WriteShort(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_bytes.GetSpan(sizeof(short)), value);
        _bytes.Advance(sizeof(short));
    }
}
