using System.Globalization;
using System.Text.Json;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>A parameter of a job endpoint.</summary>
/// <param name="Name">Its name; its error's code follows from it.</param>
/// <param name="IsRequired">It must be there.</param>
/// <param name="IsValid">Whether its text can be taken.</param>
public sealed record JobField(string Name, bool IsRequired, Func<string, bool> IsValid);

/// <summary>Checks the parameters of jobs.</summary>
public static class JobFields
{
    private const int CountryLetters = 3;

    /// <summary>What is wrong, with codes such as INVALID_PROFILE_URL.</summary>
    internal static IReadOnlyList<ProblemError> Faults(IReadOnlyList<JobField> fields, Parameters parameters) =>
        [.. fields.Where(field => !Fits(field, parameters.Text(field.Name))).Select(Fault)];

    public static JobField Required(string name, Func<string, bool>? isValid = null) => new(name, IsRequired: true, isValid ?? IsText);

    public static JobField Optional(string name, Func<string, bool> isValid) => new(name, IsRequired: false, isValid);

    public static JobField OneOf(string name, params string[] values) => Optional(name, values.Contains);

    public static JobField RequiredOneOf(string name, params string[] values) => Required(name, values.Contains);

    /// <summary>Three letters, such as USA.</summary>
    public static bool IsCountry(string text) => text.Length == CountryLetters && text.All(char.IsAsciiLetter);

    /// <summary>A web address; its scheme may be left out.</summary>
    public static bool IsAddress(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url.Host.Contains('.');

    /// <summary>The name of a directory, such as google or yell.</summary>
    public static bool IsDirectory(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A day such as 2026-01-31.</summary>
    public static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>A number from 1.</summary>
    public static bool IsCount(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;

    /// <summary>A number from 1, or <c>all</c>.</summary>
    public static bool IsCountOrAll(string text) => text == "all" || IsCount(text);

    /// <summary>A JSON array of texts.</summary>
    public static bool IsList(string text, int max) => Texts(text) is { Length: > 0 } texts && texts.Length <= max && texts.All(IsText);

    /// <summary>The texts of a JSON array; null when it is none.</summary>
    internal static string[]? Texts(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsText(string text) => !string.IsNullOrWhiteSpace(text);

    private static bool Fits(JobField field, string? text) => text is null ? !field.IsRequired : field.IsValid(text);

    private static ProblemError Fault(JobField field) => new(
        null, null, $"INVALID_{field.Name.Replace('-', '_').ToUpperInvariant()}", $"Invalid {field.Name} specified");
}
