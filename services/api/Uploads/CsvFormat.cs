using System.Text;
using System.Text.Unicode;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Uploads;

/// <summary>Comma-separated values with a header (RFC 4180). A "line" is where a record begins.</summary>
internal sealed class CsvFormat<T> : RecordFormat<T>
{
    private int _columns;
    private bool _inQuotes;
    private int _lines;

    public override int FindEnd(ReadOnlySpan<byte> fresh)
    {
        var at = 0;
        while (fresh[at..].IndexOfAny((byte)'"', (byte)'\n') is var next and >= 0)
        {
            at += next + 1;
            if (fresh[at - 1] == '"')
            {
                // A doubled quote within a field opens and closes, which comes to the same.
                _inQuotes = !_inQuotes;
            }
            else if (!_inQuotes)
            {
                return at;
            }
        }

        return -1;
    }

    public override void Read(ReadOnlyMemory<byte> record, IRecordReader<T> reader, List<T> into)
    {
        var line = _lines + 1;
        var content = record.Span.TrimEnd("\r\n"u8);
        _lines += record.Span.Count((byte)'\n');
        if (_columns > 0 && content.IsEmpty)
        {
            return;
        }

        var fields = Utf8.IsValid(content) ? CsvFields.Split(Encoding.UTF8.GetString(content)) : null;
        if (_columns == 0)
        {
            reader.ReadHeader(Header(fields));
            _columns = fields!.Count;
        }
        else if (fields is null || fields.Count != _columns)
        {
            reader.Errors.Add(line, null, ErrorCodes.InvalidCsv, fields is null ? "is not UTF-8, or its quotes are not in order" : $"has {fields.Count} fields, the header {_columns}");
        }
        else
        {
            reader.ReadFields(fields, line, into);
        }
    }

    public override void Oversized(IRecordReader<T> reader) => reader.Oversized(++_lines);

    public override void Finish(ReadOnlyMemory<byte> rest, IRecordReader<T> reader, List<T> into)
    {
        if (!rest.IsEmpty)
        {
            Read(rest, reader, into);
        }
    }

    private static List<string> Header(List<string>? header) => header switch
    {
        null => throw Unusable("is not UTF-8, or its quotes are not in order"),
        _ when header.Any(string.IsNullOrWhiteSpace) => throw Unusable("must name every column"),
        _ when header.Distinct(StringComparer.Ordinal).Count() < header.Count => throw Unusable("names a column twice"),
        _ => header,
    };

    private static ProblemException Unusable(string message) => new(
        new Problem(422, ErrorCodes.InvalidCsv, $"The header {message}.", [new ProblemError(1, null, ErrorCodes.InvalidCsv, message)]));
}
