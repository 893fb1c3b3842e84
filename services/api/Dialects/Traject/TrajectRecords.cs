using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Results;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Writes one result as <c>{id, success, search, result, total_time_taken}</c>.</summary>
internal static class TrajectRecord
{
    // Raw JSON between our own members was checked when it came in.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> output, ResultRow row, long number, TrajectWords words)
    {
        using var json = new Utf8JsonWriter(output, Writing);
        json.WriteStartObject();
        json.WriteString("id", TrajectFiles.SearchId(number, row.Index));
        json.WriteBoolean("success", row.State == JobState.Completed);
        json.WriteStartObject(words.Search);
        SearchJson.WriteMembers(json, row.Params, row.CustomId);
        json.WriteEndObject();
        json.WritePropertyName("result");
        WriteResult(json, row);
        json.WriteNumber("total_time_taken", Math.Round(row.DurationMs / 1000.0, 3));
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, ResultRow row)
    {
        if (row.State == JobState.Completed)
        {
            WriteRaw(json, row.Response);
            return;
        }

        json.WriteStartObject();
        json.WriteStartObject("request_info");
        json.WriteBoolean("success", value: false);
        json.WriteString("code", row.ErrorCode ?? []);
        json.WriteString("message", row.ErrorMessage ?? []);
        json.WriteEndObject();
        json.WritePropertyName("response");
        WriteRaw(json, row.Response);
        json.WriteEndObject();
    }

    // On one line: between its tokens there may be line breaks.
    private static void WriteRaw(Utf8JsonWriter json, byte[]? value)
    {
        value?.AsSpan().Replace((byte)'\n', (byte)' ');
        value?.AsSpan().Replace((byte)'\r', (byte)' ');
        json.WriteRawValue(value is null ? "null"u8 : value, skipInputValidation: true);
    }
}

/// <summary>Results as one array, or a record on each line.</summary>
internal sealed class TrajectJson(IBufferWriter<byte> output, long number, TrajectWords words, bool lines) : IResultFormat
{
    private bool _begun;

    public void Begin() => output.Write(lines ? [] : "["u8);

    public void Write(ResultRow row)
    {
        output.Write(lines || !_begun ? [] : ",\n"u8);
        _begun = true;
        TrajectRecord.Write(output, row, number, words);
        output.Write(lines ? "\n"u8 : []);
    }

    public void End() => output.Write(lines ? [] : "]\n"u8);

    public void Dispose()
    {
    }
}

/// <summary>Looks which columns results have, and writes nothing.</summary>
internal sealed class TrajectColumns(long number, TrajectWords words) : IResultFormat
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly SortedSet<string> _columns = new(StringComparer.Ordinal);

    /// <summary>Of the search, then of the result.</summary>
    public IReadOnlyList<string> Columns => [.. _columns.OrderBy(column => column.StartsWith("result", StringComparison.Ordinal))];

    public void Begin()
    {
    }

    public void Write(ResultRow row)
    {
        using var record = Parse(_text, row, number, words);
        foreach (var part in new[] { words.Search, "result" })
        {
            var found = new HashSet<string>();
            FlatCsv.Collect(record.RootElement.GetProperty(part), found);
            _columns.UnionWith(found.Select(column => column.Length == 0 ? part : $"{part}.{column}"));
        }
    }

    public void End()
    {
    }

    public void Dispose()
    {
    }

    /// <summary>A result as its record, read again.</summary>
    internal static JsonDocument Parse(ArrayBufferWriter<byte> text, ResultRow row, long number, TrajectWords words)
    {
        text.ResetWrittenCount();
        TrajectRecord.Write(text, row, number, words);
        return JsonDocument.Parse(text.WrittenMemory);
    }
}

/// <summary>Results as a table of these columns.</summary>
internal sealed class TrajectCsv(IBufferWriter<byte> output, long number, TrajectWords words, IReadOnlyList<string> columns) : IResultFormat
{
    private readonly ArrayBufferWriter<byte> _text = new();

    public void Begin() => FlatCsv.WriteHeader(output, columns);

    public void Write(ResultRow row)
    {
        using var record = TrajectColumns.Parse(_text, row, number, words);
        FlatCsv.WriteRecord(output, record.RootElement, columns);
    }

    public void End()
    {
    }

    public void Dispose()
    {
    }
}
