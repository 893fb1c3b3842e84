using System.Text;
using System.Text.Unicode;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Comma-separated values with a header. The columns namespace, action, custom_id, deadline_seconds and params (a JSON object)
/// say what they say in JSON; every other column is a param of its name, as text.
/// </summary>
internal sealed class CsvFormat : RecordFormat
{
    private CsvColumns? _columns;
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

    public override void Read(ReadOnlyMemory<byte> record, JobRules rules, List<StagedJob> jobs)
    {
        var line = _lines + 1;
        var content = record.Span.TrimEnd("\r\n"u8);
        _lines += record.Span.Count((byte)'\n');
        if (_columns is not null && content.IsEmpty)
        {
            return;
        }

        var fields = Utf8.IsValid(content) ? CsvFields.Split(Encoding.UTF8.GetString(content)) : null;
        if (_columns is null)
        {
            _columns = CsvColumns.Of(fields);
        }
        else if (fields is null || fields.Count != _columns.Count)
        {
            rules.Errors.Add(line, null, ErrorCodes.InvalidCsv, fields is null ? "is not UTF-8, or its quotes are not in order" : $"has {fields.Count} fields, the header {_columns.Count}");
        }
        else
        {
            _columns.Read(fields, line, rules, jobs);
        }
    }

    public override void Oversized(JobRules rules) => rules.Errors.Add(++_lines, null, ErrorCodes.ParamsTooLarge, "is too long for a job");

    public override void Finish(ReadOnlyMemory<byte> rest, JobRules rules, List<StagedJob> jobs)
    {
        if (!rest.IsEmpty)
        {
            Read(rest, rules, jobs);
        }
    }
}
