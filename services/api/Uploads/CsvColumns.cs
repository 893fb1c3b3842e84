using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>What the columns of a CSV upload mean, from its header.</summary>
internal sealed class CsvColumns
{
    private readonly List<string> _names;
    private readonly int _namespace;
    private readonly int _action;
    private readonly int _customId;
    private readonly int _params;
    private readonly int _deadline;
    private readonly int[] _own;

    private CsvColumns(List<string> names)
    {
        _names = names;
        _namespace = names.IndexOf("namespace");
        _action = names.IndexOf("action");
        _customId = names.IndexOf("custom_id");
        _params = names.IndexOf("params");
        _deadline = names.IndexOf("deadline_seconds");
        _own = [.. Enumerable.Range(0, names.Count).Except([_namespace, _action, _customId, _params, _deadline])];
    }

    public int Count => _names.Count;

    /// <summary>Reads the header.</summary>
    /// <exception cref="ProblemException">422 INVALID_CSV: it is none.</exception>
    public static CsvColumns Of(List<string>? header) => header switch
    {
        null => throw Unusable("is not UTF-8, or its quotes are not in order"),
        _ when header.Any(string.IsNullOrWhiteSpace) => throw Unusable("must name every column"),
        _ when header.Distinct(StringComparer.Ordinal).Count() < header.Count => throw Unusable("names a column twice"),
        _ => new CsvColumns(header),
    };

    /// <summary>Adds the job of one record, or its fault.</summary>
    public void Read(List<string> fields, int line, JobRules rules, List<StagedJob> jobs)
    {
        if (ParamsOf(fields) is not { } built)
        {
            rules.Errors.Add(line, "params", ErrorCodes.InvalidField, "must be a JSON object without the names of other columns");
            return;
        }

        if (!TryNumber(Field(fields, _deadline), out var deadline))
        {
            rules.Errors.Add(line, "deadline_seconds", ErrorCodes.InvalidField, "must be a whole number");
            return;
        }

        var job = new JobMembers
        {
            Namespace = Field(fields, _namespace),
            Action = Field(fields, _action),
            Params = built,
            CustomId = Field(fields, _customId) is { Length: > 0 } id ? id : null,
            DeadlineSeconds = deadline,
        };
        rules.Add(line, job, jobs);
    }

    private static string? Field(List<string> fields, int column) => column < 0 ? null : fields[column];

    // An empty field is null.
    private static bool TryNumber(string? field, out int? number)
    {
        var isNumber = int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        number = isNumber ? value : null;
        return isNumber || string.IsNullOrEmpty(field);
    }

    private static ProblemException Unusable(string message) => new(
        new Problem(422, ErrorCodes.InvalidCsv, $"The header {message}.", [new ProblemError(1, null, ErrorCodes.InvalidCsv, message)]));

    private byte[]? ParamsOf(List<string> fields)
    {
        var given = Field(fields, _params) is { Length: > 0 } text ? text : "{}";
        try
        {
            using var document = JsonDocument.Parse(given, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth });
            var members = document.RootElement;
            if (members.ValueKind != JsonValueKind.Object || _own.Any(column => members.TryGetProperty(_names[column], out _)))
            {
                return null;
            }

            return _own.Length == 0 ? Encoding.UTF8.GetBytes(given) : Write(fields, members);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private byte[] Write(List<string> fields, JsonElement members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder });
        writer.WriteStartObject();
        foreach (var column in _own)
        {
            writer.WriteString(_names[column], fields[column]);
        }

        foreach (var member in members.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
