using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Datasets;

/// <summary>Checks the rows of one upload. A row is a JSON object, kept as the bytes it came as; a record of CSV becomes one of texts.</summary>
internal sealed class RowRules : IRecordReader<StagedRow>
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = ApiJson.MaxDepth, AllowDuplicateProperties = false };

    private List<string> _columns = [];

    public UploadErrors Errors { get; } = new();

    /// <summary>Good rows so far.</summary>
    public int Count { get; private set; }

    public bool ReadJson(ReadOnlyMemory<byte> record, int line, List<StagedRow> into)
    {
        var json = record.Trim(" \t\r\n"u8);
        var (isJson, fault) = Check(json.Span, json);
        if (fault is null)
        {
            Add(json, line, into);
        }
        else
        {
            Errors.Add(line, null, isJson ? ErrorCodes.InvalidRow : ErrorCodes.InvalidJson, fault);
        }

        return isJson;
    }

    public void ReadHeader(List<string> names) => _columns = names;

    public void ReadFields(List<string> fields, int line, List<StagedRow> into)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder });
        writer.WriteStartObject();
        for (var column = 0; column < fields.Count; column++)
        {
            writer.WriteString(_columns[column], fields[column]);
        }

        writer.WriteEndObject();
        writer.Flush();
        Add(buffer.WrittenMemory, line, into);
    }

    public void Oversized(int line) => Errors.Add(line, null, ErrorCodes.InvalidRow, $"has more than {Limits.ParamsBytes} bytes");

    /// <summary>Why the upload cannot be taken, or null.</summary>
    public Problem? Fault() => Errors.Count > 0
        ? new Problem(422, ErrorCodes.InvalidRow, $"{Errors.Count} of {Errors.Count + Count} rows cannot be taken; the upload changed nothing.", Errors.Told)
        : Count == 0 ? InvalidCount("There is no row in the body.") : null;

    private static (bool IsJson, string? Fault) Check(ReadOnlySpan<byte> json, ReadOnlyMemory<byte> memory)
    {
        if (!Utf8.IsValid(json))
        {
            return (false, "is not UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(memory, Strict);
            RequestBody.CheckText(json, ApiJson.MaxDepth);
            return (true, document.RootElement.ValueKind == JsonValueKind.Object ? null : "must be a JSON object");
        }
        catch (JsonException error)
        {
            return error.BytePositionInLine is { } at ? (false, $"is no JSON: byte {at + 1}") : (true, "names a field twice");
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escaped half of a surrogate pair.
            return (true, "has text that is not Unicode");
        }
    }

    private static Problem InvalidCount(string detail) => new(StatusCodes.Status422UnprocessableEntity, ErrorCodes.InvalidRowsCount, detail);

    private void Add(ReadOnlyMemory<byte> json, int line, List<StagedRow> into)
    {
        if (json.Length > Limits.ParamsBytes)
        {
            Oversized(line);
            return;
        }

        into.Add(new StagedRow(Count++, json));
        if (Count > Limits.DatasetRows)
        {
            throw new ProblemException(InvalidCount($"A dataset holds at most {Limits.DatasetRows} rows."));
        }
    }
}
