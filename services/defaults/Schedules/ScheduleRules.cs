using BatchPlatform.Contracts;

namespace BatchPlatform.Defaults.Schedules;

/// <summary>Checks what a client asks of a schedule.</summary>
public static class ScheduleRules
{
    /// <summary>Seconds of jitter, at most.</summary>
    public const int MaxJitterSeconds = 3600;

    private const int MaxCronLength = 200;

    /// <summary>What is wrong, by the native name of each member; nothing when it is well formed and fires sometime.</summary>
    public static IEnumerable<(string Field, string Message)> Faults(Schedule schedule)
    {
        var faults = Members(schedule).Concat(Numbers(schedule)).Concat(Common(schedule)).ToList();
        if (faults.Count == 0 && schedule.Kind != ScheduleKind.Manual && Recurrence.Of(schedule)?.Next(DateTime.UnixEpoch.AddYears(50)) is null)
        {
            faults.Add((schedule.Kind == ScheduleKind.Cron ? "cron" : "days_of_month", "never comes"));
        }

        return faults;
    }

    // Which members a kind needs, and which it may have.
    private static IEnumerable<(string Field, string Message)> Members(Schedule schedule)
    {
        (string Field, bool Given, ScheduleKind[] Needing, ScheduleKind[] Taking)[] members =
        [
            ("minutes", schedule.Minutes is not null, [ScheduleKind.Minutes], []),
            ("hours", schedule.Hours is { Count: > 0 }, [ScheduleKind.Daily, ScheduleKind.Weekly, ScheduleKind.Monthly], [ScheduleKind.Minutes]),
            ("days_of_week", schedule.DaysOfWeek is { Count: > 0 }, [ScheduleKind.Weekly], [ScheduleKind.Minutes]),
            ("days_of_month", schedule.DaysOfMonth is { Count: > 0 }, [ScheduleKind.Monthly], [ScheduleKind.Minutes]),
            ("cron", schedule.Cron is not null, [ScheduleKind.Cron], []),
        ];
        var kind = schedule.Kind.ToString().ToLowerInvariant();
        return members
            .Where(member => member.Given ? !member.Needing.Concat(member.Taking).Contains(schedule.Kind) : member.Needing.Contains(schedule.Kind))
            .Select(member => (member.Field, member.Given ? $"does not belong to a schedule of kind {kind}" : $"is needed for a schedule of kind {kind}"));
    }

    private static IEnumerable<(string Field, string Message)> Numbers(Schedule schedule) =>
    [
        .. Outside("hours", schedule.Hours, 0, 23),
        .. Outside("days_of_week", schedule.DaysOfWeek, 0, 6),
        .. Outside("days_of_month", schedule.DaysOfMonth, 1, 31),
    ];

    private static IEnumerable<(string Field, string Message)> Common(Schedule schedule) =>
    [
        .. Fault("minutes", schedule.Minutes is not null && !CronText.Minutes.ContainsKey(schedule.Minutes), $"must be one of {string.Join(", ", CronText.Minutes.Keys)}"),
        .. Fault(
            "cron",
            schedule.Cron is { } text && (text.Length > MaxCronLength || CronText.Parse(text) is null),
            "must be five fields: minute, hour, day of month, month, day of week (0-6, Sunday is 0), with rising ranges and steps above 0"),
        .. Fault("time_zone", TimeZones.Find(schedule.TimeZone ?? TimeZones.Default) is null, "must be the IANA name of a time zone"),
        .. Fault("jitter_seconds", schedule.JitterSeconds is < 0 or > MaxJitterSeconds, $"must be 0 to {MaxJitterSeconds}"),
    ];

    private static IEnumerable<(string Field, string Message)> Outside(string field, IReadOnlyList<int>? numbers, int first, int last) =>
        Fault(
            field,
            numbers is not null && (numbers.Any(number => number < first || number > last) || numbers.Distinct().Count() < numbers.Count),
            $"must be numbers from {first} to {last}, each once");

    private static IEnumerable<(string Field, string Message)> Fault(string field, bool isFault, string message) => isFault ? [(field, message)] : [];
}
