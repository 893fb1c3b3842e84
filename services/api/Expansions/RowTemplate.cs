using System.Buffers;
using System.Text.Json;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Expansions;

/// <summary>What a row was made into.</summary>
/// <param name="Params">A JSON object.</param>
/// <param name="CustomId">The client's own name for the job.</param>
/// <param name="Missing">A field that the template asked for and the row does not have; the rest is then of no use.</param>
internal readonly record struct RenderedRow(ReadOnlyMemory<byte> Params, string? CustomId, string? Missing);

/// <summary>Makes jobs of rows. Takes the template apart once, so that a row costs one reading and one writing.</summary>
internal sealed class RowTemplate
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = ApiJson.MaxDepth };
    private static readonly JsonWriterOptions Readable = new() { Encoder = ApiJson.Options.Encoder };

    private readonly JobTemplate _template;
    private readonly TemplateNode? _params;
    private readonly TemplateText? _customId;
    private readonly Dictionary<string, JsonElement> _constants;
    private readonly HashSet<string> _names;
    private readonly bool _withRow;

    /// <exception cref="FormatException">A placeholder cannot be understood.</exception>
    public RowTemplate(JobTemplate template)
    {
        _template = template;
        _params = template.Params is { } given ? TemplateNode.Of(given) : null;
        _constants = template.Constants is { } constants ? constants.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal) : [];
        _customId = template.CustomId is { } customId ? new TemplateText(customId) : null;
        _names = [.. NamesOf(template.Params), .. NamesOf(template.Constants)];
        _withRow = template.Merge || template.Params is null;
    }

    public string Namespace => _template.Namespace!;

    public string Action => _template.Action!;

    /// <summary>Makes one job.</summary>
    public RenderedRow Render(DatasetRow row)
    {
        using var document = JsonDocument.Parse(row.Json, Strict);
        var values = new RowValues(document.RootElement, row.Index, _template.GroupSize);
        var buffer = new ArrayBufferWriter<byte>(row.Json.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            WriteParams(writer, values);
        }

        return new RenderedRow(buffer.WrittenMemory, _customId?.Render(values), values.Missing);
    }

    private void WriteParams(Utf8JsonWriter writer, RowValues row)
    {
        writer.WriteStartObject();
        if (_withRow)
        {
            foreach (var field in row.Members.EnumerateObject().Where(field => !_names.Contains(field.Name)))
            {
                field.WriteTo(writer);
            }
        }

        _params?.WriteMembers(writer, row, _constants);
        foreach (var (name, value) in _constants)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static IEnumerable<string> NamesOf(JsonElement? members) => members is { } given ? given.EnumerateObject().Select(member => member.Name) : [];
}
