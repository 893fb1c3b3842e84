using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Api.Expansions;

/// <summary>One row while it is made into a job.</summary>
/// <param name="Members">The row.</param>
/// <param name="Index">Its place in the dataset, from 0.</param>
/// <param name="GroupSize">Rows of a group.</param>
internal sealed record RowValues(JsonElement Members, int Index, int GroupSize)
{
    /// <summary>A field that the template asked for and the row does not have.</summary>
    public string? Missing { get; private set; }

    /// <summary>The field's value; null, noting it, when the row has no such field.</summary>
    public JsonElement? Find(string field)
    {
        if (Members.TryGetProperty(field, out var value))
        {
            return value;
        }

        Missing ??= field;
        return null;
    }
}

/// <summary>A text with placeholders, taken apart once.</summary>
internal sealed class TemplateText
{
    private const string Row = "#row";
    private const string Group = "#group";

    private readonly List<(string Text, bool IsField)> _parts = [];

    /// <exception cref="FormatException">A placeholder has no name, or a number that is unknown.</exception>
    public TemplateText(string text)
    {
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is var open and >= 0 && text.IndexOf("}}", open, StringComparison.Ordinal) is var close and >= 0)
        {
            AddLiteral(text[at..open]);
            _parts.Add((Checked(text[(open + 2)..close].Trim()), true));
            at = close + 2;
        }

        AddLiteral(text[at..]);
    }

    /// <summary>It has no placeholder.</summary>
    public bool IsLiteral => _parts.TrueForAll(part => !part.IsField);

    /// <summary>The text as a JSON value: of the field's type when it is one placeholder and nothing else.</summary>
    public void Write(Utf8JsonWriter writer, RowValues row)
    {
        if (_parts is not [{ IsField: true, Text: var field }])
        {
            writer.WriteStringValue(Render(row));
        }
        else if (Number(field, row) is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else if (row.Find(field) is { } value)
        {
            value.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    /// <summary>The text with every placeholder filled in.</summary>
    public string Render(RowValues row)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            text.Append(part.IsField ? Fill(part.Text, row) : part.Text);
        }

        return text.ToString();
    }

    private static string Checked(string field) => field switch
    {
        "" => throw new FormatException("has a placeholder without a name"),
        ['#', ..] and not (Row or Group) => throw new FormatException($"has the placeholder {{{{{field}}}}}; only {{{{#row}}}} and {{{{#group}}}} are known"),
        _ => field,
    };

    private static int? Number(string field, RowValues row) => field switch
    {
        Row => row.Index + 1,
        Group => (row.Index / row.GroupSize) + 1,
        _ => null,
    };

    private static string Fill(string field, RowValues row)
    {
        if (Number(field, row) is { } number)
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        return row.Find(field) switch
        {
            null or { ValueKind: JsonValueKind.Null } => "",
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { } other => other.GetRawText(),
        };
    }

    private void AddLiteral(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add((text, false));
        }
    }
}
