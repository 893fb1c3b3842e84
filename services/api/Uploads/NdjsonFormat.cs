namespace BatchPlatform.Api.Uploads;

/// <summary>One JSON object a line. Blank lines are skipped and counted.</summary>
internal sealed class NdjsonFormat<T> : RecordFormat<T>
{
    private int _line;

    public override int FindEnd(ReadOnlySpan<byte> fresh) => fresh.IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : -1;

    public override void Read(ReadOnlyMemory<byte> record, IRecordReader<T> reader, List<T> into)
    {
        _line++;
        if (!record.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            reader.ReadJson(record, _line, into);
        }
    }

    public override void Oversized(IRecordReader<T> reader) => reader.Oversized(++_line);

    public override void Finish(ReadOnlyMemory<byte> rest, IRecordReader<T> reader, List<T> into)
    {
        if (!rest.IsEmpty)
        {
            Read(rest, reader, into);
        }
    }
}
