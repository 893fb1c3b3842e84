using System.Globalization;
using BatchPlatform.Contracts;
using NCrontab;

namespace BatchPlatform.Defaults.Schedules;

/// <summary>Every schedule as a cron expression, so that one library computes all of their times.</summary>
internal static class CronText
{
    /// <summary>The words for how often, and the minute field of each.</summary>
    public static readonly IReadOnlyDictionary<string, string> Minutes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["every_minute"] = "*",
        ["every_5_minutes"] = "*/5",
        ["every_10_minutes"] = "*/10",
        ["every_15_minutes"] = "*/15",
        ["every_20_minutes"] = "*/20",
        ["every_25_minutes"] = "*/25",
        ["every_30_minutes"] = "*/30",
        ["every_hour"] = "0",
    };

    private static readonly CrontabFieldKind[] Fields =
        [CrontabFieldKind.Minute, CrontabFieldKind.Hour, CrontabFieldKind.Day, CrontabFieldKind.Month, CrontabFieldKind.DayOfWeek];

    /// <summary>The expression; null for a schedule that never fires by itself.</summary>
    public static string? Of(Schedule schedule) => schedule.Kind switch
    {
        ScheduleKind.Manual => null,
        ScheduleKind.Cron => schedule.Cron,
        ScheduleKind.Minutes => Minutes.GetValueOrDefault(schedule.Minutes ?? "") is { } minute ? Of(minute, schedule) : null,
        _ => Of("0", schedule),
    };

    /// <summary>The expression as the library understands it; null when it is none, or one that the library takes without minding it.</summary>
    public static CrontabSchedule? Parse(string text)
    {
        try
        {
            return CrontabSchedule.TryParse(text) is { } cron && !IsMisread(text) ? cron : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether minute or hour are no plain numbers: such a schedule means "every so often", not times of day.</summary>
    public static bool GoesThroughTheDay(string text) => Split(text).Take(2).Any(field => field.AsSpan().ContainsAny('*', '-', '/'));

    private static string Of(string minute, Schedule schedule) =>
        $"{minute} {List(schedule.Hours)} {List(schedule.DaysOfMonth)} * {List(schedule.DaysOfWeek)}";

    private static string List(IReadOnlyList<int>? numbers) =>
        numbers is { Count: > 0 } ? string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))) : "*";

    // NCrontab reads 22-2 as 2-22, and */0 as *: both are refused instead.
    private static bool IsMisread(string text) =>
        Split(text).Zip(Fields).Any(field => field.First.Split(',').Any(part => Falls(part.Split('/')[0], field.Second) || HasNoStep(part)));

    private static bool Falls(string range, CrontabFieldKind kind) =>
        range.Split('-') is [var from, var to] && CrontabField.Parse(kind, from).GetFirst() > CrontabField.Parse(kind, to).GetFirst();

    private static bool HasNoStep(string part) => part.Split('/') is [_, var step] && step.All(digit => digit == '0');

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
