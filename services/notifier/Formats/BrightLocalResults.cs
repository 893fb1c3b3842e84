using System.Buffers;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Notifier.Formats;

/// <summary>Writes BrightLocal's results one after the other as they come, and groups them by their type at the end.</summary>
internal sealed class BrightLocalResults(ArrayBufferWriter<byte> output, long number) : IResultFormat
{
    private readonly Utf8JsonWriter _json = new(output);
    private readonly SortedDictionary<string, List<Range>> _types = new(StringComparer.Ordinal);

    public void Begin()
    {
    }

    public void Write(ResultRow row)
    {
        var start = output.WrittenCount;
        BrightLocalJson.WriteJob(_json, JobIds.Of(number, row.Index), row.State, row.Params, row.Response);
        _json.Flush();
        _json.Reset();
        var type = Encoding.UTF8.GetString(row.CustomId ?? []);
        if (!_types.TryGetValue(type, out var jobs))
        {
            _types[type] = jobs = [];
        }

        jobs.Add(start..output.WrittenCount);
    }

    public void End()
    {
    }

    /// <summary>Makes <c>{type: [job, …]}</c> of what was written.</summary>
    public string Group(byte[] written)
    {
        var text = new StringBuilder("{");
        foreach (var (type, jobs) in _types)
        {
            text.Append(text.Length > 1 ? "," : "").Append(JsonSerializer.Serialize(type)).Append(":[");
            text.AppendJoin(',', jobs.Select(job => Encoding.UTF8.GetString(written[job]))).Append(']');
        }

        return text.Append('}').ToString();
    }

    public void Dispose() => _json.Dispose();
}
