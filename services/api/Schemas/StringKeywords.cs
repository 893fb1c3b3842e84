using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BatchPlatform.Api.Schemas;

/// <summary>Keywords for strings. Lengths are counted in code points.</summary>
internal static class StringKeywords
{
    private const int MaxPattern = 2000;

    // Linear in the text, whatever the pattern; its price is that a pattern can neither look around nor refer back.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    public static IEnumerable<SchemaRule> MinLength(KeywordUse use)
    {
        var min = use.Count();
        return [(value, _) => value.ValueKind != JsonValueKind.String || Length(value) >= min ? null : SchemaFault.Here($"must have at least {min} characters")];
    }

    public static IEnumerable<SchemaRule> MaxLength(KeywordUse use)
    {
        var max = use.Count();
        return [(value, _) => value.ValueKind != JsonValueKind.String || Length(value) <= max ? null : SchemaFault.Here($"must have at most {max} characters")];
    }

    public static IEnumerable<SchemaRule> Pattern(KeywordUse use)
    {
        var pattern = Regex(use.Text(), use.Path);
        return [(value, _) => value.ValueKind != JsonValueKind.String || pattern.IsMatch(value.GetString()!) ? null : SchemaFault.Here("does not match the pattern")];
    }

    /// <exception cref="SchemaException">It is no pattern that can be run in linear time.</exception>
    public static Regex Regex(string pattern, string path) =>
        TryRegex(pattern) ?? throw new SchemaException(path, "must be a regular expression without lookarounds and back references");

    /// <summary>The pattern made ready; null when it cannot be.</summary>
    public static Regex? TryRegex(string pattern)
    {
        try
        {
            return pattern.Length <= MaxPattern ? new Regex(pattern, Linear) : null;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static int Length(JsonElement value)
    {
        var (text, length) = (value.GetString()!, 0);
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return length;
    }
}
