using System.Globalization;
using System.Text.Json;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Reads parameters as Traject's clients write them: JSON or text, lists as arrays, as text with commas, as <c>name[]</c>, or by a name that is repeated.</summary>
internal sealed class TrajectParameters(Parameters parameters)
{
    private const int MaxLength = 2048;
    private const int MaxItems = 100;
    private const int MaxItemLength = 200;

    /// <summary>A text; null when it is given empty, <paramref name="old"/> when it is not given.</summary>
    public string? Text(string name, string? old)
    {
        if (!parameters.All.ContainsKey(name))
        {
            return old;
        }

        var text = parameters.Text(name);
        return text is null || (text.Length <= MaxLength && !text.Contains('\0'))
            ? text
            : throw TrajectRefusal.Invalid(name, $"must have at most {MaxLength} characters");
    }

    /// <summary>One of a few words.</summary>
    public string Choice(string name, string[] words, string old) => Text(name, old) switch
    {
        null => old,
        var text when words.Contains(text) => text,
        _ => throw TrajectRefusal.Invalid(name, $"must be one of {string.Join(", ", words)}"),
    };

    /// <summary>True or false, also as 1 or 0.</summary>
    public bool Flag(string name, bool old) => Text(name, old: null)?.ToLowerInvariant() switch
    {
        null => old,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw TrajectRefusal.Invalid(name, "must be true or false"),
    };

    /// <summary>A list of whole numbers, without repetitions and in order; bounded as every list.</summary>
    public IReadOnlyList<int>? Numbers(string name, IReadOnlyList<int>? old) =>
        Texts(name, old: null, isGiven: out var given) is { } texts
            ? [.. texts.Select(text => Number(name, text)).Distinct().Order()]
            : given ? null : old;

    /// <summary>A list of texts, of bounded number and length; null when it is given empty.</summary>
    public IReadOnlyList<string>? Texts(string name, IReadOnlyList<string>? old) => Texts(name, old, out _);

    private IReadOnlyList<string>? Texts(string name, IReadOnlyList<string>? old, out bool isGiven)
    {
        var values = parameters.All
            .Where(value => value.Key == name || (value.Key.StartsWith($"{name}[", StringComparison.Ordinal) && value.Key.EndsWith(']')))
            .SelectMany(value => parameters.Every(value.Key))
            .ToList();
        isGiven = values.Count > 0;
        if (!isGiven)
        {
            return old;
        }

        List<string> texts = [.. values.SelectMany(value => Items(name, value)).Take(MaxItems + 1)];
        if (texts.Count > MaxItems || texts.Exists(text => text.Length > MaxItemLength || text.Contains('\0')))
        {
            throw TrajectRefusal.Invalid(name, $"must have at most {MaxItems} items, each of at most {MaxItemLength} characters and without NUL");
        }

        return texts.Count == 0 ? null : texts;
    }

    private static IEnumerable<string> Items(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Items(name, item)),
        JsonValueKind.Number => [value.GetRawText()],
        JsonValueKind.String => value.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        _ => throw TrajectRefusal.Invalid(name, "must be a list"),
    };

    private static int Number(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw TrajectRefusal.Invalid(name, "must be a list of whole numbers");
}
