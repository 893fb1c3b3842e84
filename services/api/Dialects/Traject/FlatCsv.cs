using System.Buffers;
using System.Text;
using System.Text.Json;
using BatchPlatform.Store.Results;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Records as a table: a column for each member, those of inner objects by dots, such as <c>search.q</c>; a list is one cell of JSON.</summary>
internal static class FlatCsv
{
    // More would be no table that anybody opens.
    private const int MaxColumns = 10_000;
    private const int MaxDepth = 16;

    /// <summary>Adds the columns of a record to those known.</summary>
    public static void Collect(JsonElement record, ISet<string> columns)
    {
        foreach (var (name, _) in Cells(record, prefix: "", depth: 0).TakeWhile(_ => columns.Count < MaxColumns))
        {
            columns.Add(name);
        }
    }

    /// <summary>The header row.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, IReadOnlyList<string> columns) => WriteRow(output, columns.Select(column => (column, false)));

    /// <summary>One record. Where a column names a member of a list's items, its cell is the list of theirs.</summary>
    public static void WriteRecord(IBufferWriter<byte> output, JsonElement record, IReadOnlyList<string> columns) =>
        WriteRow(output, columns.Select(column => Cell(Find(record, column.Split('.')))));

    private static void WriteRow(IBufferWriter<byte> output, IEnumerable<(string Text, bool IsNumber)> cells)
    {
        foreach (var (place, (text, isNumber)) in cells.Index())
        {
            output.Write(place == 0 ? [] : ","u8);
            output.WriteCell(Encoding.UTF8.GetBytes(text), isNumber);
        }

        output.Write("\r\n"u8);
    }

    private static IEnumerable<(string Name, JsonElement Value)> Cells(JsonElement value, string prefix, int depth) =>
        value.ValueKind == JsonValueKind.Object && depth < MaxDepth
            ? value.EnumerateObject().SelectMany(member => Cells(member.Value, prefix.Length == 0 ? member.Name : $"{prefix}.{member.Name}", depth + 1))
            : [(prefix, value)];

    private static object? Find(JsonElement value, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return value;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            var found = new List<object?>();
            foreach (var item in value.EnumerateArray())
            {
                found.Add(Find(item, path));
            }

            return found;
        }

        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(path[0], out var member) ? Find(member, path[1..]) : null;
    }

    private static (string Text, bool IsNumber) Cell(object? found) => (Text(found), found is JsonElement { ValueKind: JsonValueKind.Number });

    private static string Text(object? found) => found switch
    {
        null => "",
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement { ValueKind: JsonValueKind.Null } => "",
        JsonElement value => value.GetRawText(),
        _ => JsonSerializer.Serialize(found, ApiJson.Options),
    };
}
