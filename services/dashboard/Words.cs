using System.Globalization;

namespace BatchPlatform.Dashboard;

/// <summary>Numbers and times as people read them.</summary>
internal static class Words
{
    private const string Dash = "–";

    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>"1 job", "2 jobs".</summary>
    public static string Count(long number, string one) => $"{Count(number)} {one}{(number == 1 ? "" : one.EndsWith("ch", StringComparison.Ordinal) ? "es" : "s")}";

    public static string Percent(double share) => share is > 0.99 and < 1 ? "99 %" : $"{Math.Round(share * 100)} %";

    /// <summary>"3.5/s"; a dash when nobody knows.</summary>
    public static string Rate(double? perSecond) => perSecond is { } rate ? $"{Number(rate)}/s" : Dash;

    /// <summary>The two largest units: "2 h 5 min".</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1000 } => $"{Math.Round(time.TotalMilliseconds)} ms",
        { TotalSeconds: < 10 } => $"{time.TotalSeconds:0.0} s",
        { TotalMinutes: < 1 } => $"{time.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{time.Days:#,0} d {time.Hours} h",
    };

    /// <summary>The same of seconds; a dash when nobody knows.</summary>
    public static string Seconds(double? seconds) => seconds is { } known and < 1e9 ? Duration(TimeSpan.FromSeconds(known)) : Dash;

    public static string Milliseconds(double? milliseconds) => milliseconds is { } known ? Duration(TimeSpan.FromMilliseconds(known)) : Dash;

    /// <summary>At most two places.</summary>
    public static string Number(double number) => number >= 100 ? Count((long)Math.Round(number)) : number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>"retry_failed" as "Retry failed".</summary>
    public static string Plain(string code)
    {
        var words = code.Replace('_', ' ').ToLowerInvariant();
        return words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>What people call a batch.</summary>
    public static string NameOf(Batch batch) => string.IsNullOrWhiteSpace(batch.Name) ? $"Batch {batch.Number}" : batch.Name;
}
