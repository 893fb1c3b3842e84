namespace BatchPlatform.Defaults.Schedules;

/// <summary>Finds time zones by their IANA names.</summary>
public static class TimeZones
{
    /// <summary>Of whoever names none.</summary>
    public const string Default = "UTC";

    private const int MaxLength = 64;

    /// <summary>The zone; null when this system knows none of that name.</summary>
    public static TimeZoneInfo? Find(string? name) =>
        name is { Length: > 0 and <= MaxLength } && name.All(IsNameCharacter) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    // Names are looked up as files: no dot, so that none leads elsewhere.
    private static bool IsNameCharacter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '_' or '-' or '+';
}
