using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>One JSON object a line. Blank lines are skipped and counted.</summary>
internal sealed class NdjsonFormat : RecordFormat
{
    private int _line;

    public override int FindEnd(ReadOnlySpan<byte> fresh) => fresh.IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : -1;

    public override void Read(ReadOnlyMemory<byte> record, JobRules rules, List<StagedJob> jobs)
    {
        _line++;
        if (!record.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            JsonJob.Read(record, _line, rules, jobs);
        }
    }

    public override void Oversized(JobRules rules) => rules.Errors.Add(++_line, null, ErrorCodes.ParamsTooLarge, "is too long for a job");

    public override void Finish(ReadOnlyMemory<byte> rest, JobRules rules, List<StagedJob> jobs)
    {
        if (!rest.IsEmpty)
        {
            Read(rest, rules, jobs);
        }
    }
}
