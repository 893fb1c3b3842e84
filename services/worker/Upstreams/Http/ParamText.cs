using System.Buffers;
using System.Text.Json;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Writes JSON values where only text can go.</summary>
internal static class ParamText
{
    // Printable ASCII and tab: nothing that could end a header or begin another.
    private static readonly SearchValues<char> HeaderLetters =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code), '\t']);

    public static bool FitsHeader(string value) => !value.AsSpan().ContainsAnyExcept(HeaderLetters);

    /// <summary>A param's name.</summary>
    /// <exception cref="ParamsException">It is no text.</exception>
    public static string NameOf(JsonProperty param)
    {
        try
        {
            return param.Name;
        }
        catch (InvalidOperationException)
        {
            throw new ParamsException("A param's name is not valid text.");
        }
    }

    /// <summary>One value as text; null for a JSON null.</summary>
    /// <exception cref="ParamsException">It is an object or an array.</exception>
    public static string? Of(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StringOf(name, value),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Null => null,
        _ => throw new ParamsException($"Param '{name}' must be a string, a number or a boolean here."),
    };

    /// <summary>The value, or each of an array's; nulls are left out.</summary>
    /// <exception cref="ParamsException">There is an object or an array within.</exception>
    public static IEnumerable<string> EachOf(string name, JsonElement value) =>
        (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(item => Of(name, item)) : [Of(name, value)]).OfType<string>();

    private static string StringOf(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped: JSON allows it, no encoding can write it.
            throw new ParamsException($"Param '{name}' is not valid text.");
        }
    }
}
