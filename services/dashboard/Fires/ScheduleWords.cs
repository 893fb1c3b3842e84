using System.Globalization;

namespace BatchPlatform.Dashboard.Fires;

/// <summary>A schedule as people say it.</summary>
internal static class ScheduleWords
{
    /// <summary>Such as "weekly on Mon, Fri at 8:00, Europe/Lisbon".</summary>
    public static string Of(Schedule schedule) => schedule.Kind switch
    {
        ScheduleKind.Minutes => Words.Plain(schedule.Minutes ?? ""),
        ScheduleKind.Daily => $"Daily{Hours(schedule)}",
        ScheduleKind.Weekly => $"Weekly on {string.Join(", ", (schedule.DaysOfWeek ?? []).Select(Day))}{Hours(schedule)}",
        ScheduleKind.Monthly => $"Monthly on day {string.Join(", ", schedule.DaysOfMonth ?? [])}{Hours(schedule)}",
        ScheduleKind.Cron => $"Cron {schedule.Cron}",
        _ => "By hand",
    };

    private static string Hours(Schedule schedule) => schedule.Hours is { Count: > 0 } hours ? $" at {string.Join(", ", hours.Select(hour => $"{hour}:00"))}" : "";

    private static string Day(int day) => CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames[day % 7];
}
