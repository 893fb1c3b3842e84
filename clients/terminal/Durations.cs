using System.Globalization;

namespace BatchPlatform.Terminal;

/// <summary>Durations as people write them.</summary>
public static class Durations
{
    /// <summary>Its two largest units, such as <c>2 h 5 min</c>.</summary>
    public static string Text(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 1 } => $"{(int)duration.TotalDays} d {duration.Hours} h",
        { TotalHours: >= 1 } => $"{duration.Hours} h {duration.Minutes} min",
        { TotalMinutes: >= 1 } => $"{duration.Minutes} min {duration.Seconds} s",
        _ => $"{Math.Ceiling(duration.TotalSeconds):0} s",
    };

    /// <summary>Reads seconds, or a number with a unit: <c>90</c>, <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>1d</c>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var (number, unit) = text is [.. var digits, 's' or 'm' or 'h' or 'd'] ? (digits, text[^1]) : (text, 's');
        var isNumber = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        duration = unit switch
        {
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(Math.Min(count, 10_000)),
            _ => TimeSpan.FromSeconds(count),
        };
        return isNumber;
    }
}
