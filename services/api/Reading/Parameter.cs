using System.Globalization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Reading;

/// <summary>Reads query parameters; one that cannot be understood ends the request with 400 INVALID_PARAMETER naming it.</summary>
internal static class Parameter
{
    private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    /// <summary>Items of a page: 1 to 1000, 50 when absent.</summary>
    public static int Limit(string? text) => Number("limit", text, 1, 1000) ?? 50;

    /// <summary>A whole number within bounds; null when absent.</summary>
    public static int? Number(string name, string? text, int min, int max) => text switch
    {
        null => null,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max => value,
        _ => throw Invalid(name, $"must be a whole number from {min} to {max}."),
    };

    /// <summary>A name of <typeparamref name="T"/> in any case; null when absent.</summary>
    public static T? Choice<T>(string name, string? text)
        where T : struct, Enum
    {
        if (text is null)
        {
            return null;
        }

        var names = Enum.GetNames<T>();
        var position = Array.FindIndex(names, each => each.Equals(text, StringComparison.OrdinalIgnoreCase));
        return position >= 0 ? Enum.GetValues<T>()[position] : throw Invalid(name, $"must be one of {string.Join(", ", names)}.");
    }

    /// <summary>A time in RFC 3339, as UTC; null when absent.</summary>
    public static DateTime? Time(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTime.TryParseExact(text, Rfc3339, CultureInfo.InvariantCulture, Utc, out var time)
            ? time
            : throw Invalid(name, "must be a time such as 2026-01-31T12:00:00Z.");
    }

    /// <summary><c>true</c> or <c>false</c>; null when absent.</summary>
    public static bool? Flag(string name, string? text) => text switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw Invalid(name, "must be true or false."),
    };

    /// <summary>Text of at most <see cref="Limits.NameLength"/> characters; null when absent.</summary>
    public static string? Text(string name, string? text) =>
        text is null || (text.Length <= Limits.NameLength && !text.Contains('\0'))
            ? text
            : throw Invalid(name, $"must be text of at most {Limits.NameLength} characters.");

    /// <summary>A batch's id as D or N writes it; whatever else it is, there is no such batch.</summary>
    public static Guid BatchId(string text) =>
        Guid.TryParseExact(text, "D", out var id) || Guid.TryParseExact(text, "N", out id)
            ? id
            : throw new ProblemException(Problems.BatchNotFound());

    /// <summary>The refusal of a parameter.</summary>
    public static ProblemException Invalid(string name, string message) => new(Problems.InvalidParameter(name, message));
}
