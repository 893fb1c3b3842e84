using System.Globalization;
using System.Text.Json;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Names one member of a JSON text (RFC 6901).</summary>
internal sealed class JsonPointer
{
    private readonly string[] _steps;

    /// <exception cref="FormatException">The text is no pointer.</exception>
    public JsonPointer(string text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            throw new FormatException($"'{text}' is no JSON Pointer: it must begin with a slash.");
        }

        _steps = [.. text.Split('/').Skip(1).Select(Unescaped)];
    }

    /// <summary>Null when there is no such member.</summary>
    public JsonElement? Find(JsonElement root)
    {
        JsonElement? at = root;
        foreach (var step in _steps)
        {
            at = at is { } element ? Step(element, step) : null;
        }

        return at;
    }

    private static JsonElement? Step(JsonElement from, string step) => from.ValueKind switch
    {
        JsonValueKind.Object when from.TryGetProperty(step, out var member) => member,
        JsonValueKind.Array when Place(step) is { } place && place < from.GetArrayLength() => from[place],
        _ => null,
    };

    private static int? Place(string step) =>
        (step == "0" || !step.StartsWith('0')) && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : null;

    private static string Unescaped(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
