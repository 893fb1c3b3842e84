using System.Text.Json;

namespace BatchPlatform.Api.Expansions;

/// <summary>A JSON value of a template, with the placeholders of its texts found.</summary>
internal sealed class TemplateNode
{
    private static readonly Dictionary<string, JsonElement> Nothing = [];

    private readonly JsonElement _literal;
    private readonly TemplateText? _text;
    private readonly List<(string Name, TemplateNode Value)>? _members;
    private readonly List<TemplateNode>? _elements;

    private TemplateNode(JsonElement value)
    {
        _literal = value;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                var text = new TemplateText(value.GetString()!);
                _text = text.IsLiteral ? null : text;
                break;
            case JsonValueKind.Object:
                _members = [.. value.EnumerateObject().Select(member => (member.Name, new TemplateNode(member.Value)))];
                break;
            case JsonValueKind.Array:
                _elements = [.. value.EnumerateArray().Select(element => new TemplateNode(element))];
                break;
        }
    }

    /// <exception cref="FormatException">A placeholder cannot be understood.</exception>
    public static TemplateNode Of(JsonElement value) => new(value);

    /// <summary>Writes the value for a row.</summary>
    public void Write(Utf8JsonWriter writer, RowValues row)
    {
        if (_members is not null)
        {
            writer.WriteStartObject();
            WriteMembers(writer, row, Nothing);
            writer.WriteEndObject();
        }
        else if (_elements is not null)
        {
            writer.WriteStartArray();
            _elements.ForEach(element => element.Write(writer, row));
            writer.WriteEndArray();
        }
        else if (_text is not null)
        {
            _text.Write(writer, row);
        }
        else
        {
            _literal.WriteTo(writer);
        }
    }

    /// <summary>Writes an object's members without its braces, but those that others take the place of.</summary>
    public void WriteMembers(Utf8JsonWriter writer, RowValues row, IReadOnlyDictionary<string, JsonElement> replaced)
    {
        foreach (var (name, value) in _members!.Where(member => !replaced.ContainsKey(member.Name)))
        {
            writer.WritePropertyName(name);
            value.Write(writer, row);
        }
    }
}
