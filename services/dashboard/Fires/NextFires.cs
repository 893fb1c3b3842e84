using BatchPlatform.Defaults.Schedules;
using Contract = BatchPlatform.Contracts;

namespace BatchPlatform.Dashboard.Fires;

/// <summary>When a schedule fires in the days to come, on the calendar of its own time zone.</summary>
/// <param name="Zone">The time zone's name.</param>
/// <param name="Days">The days, each with where it begins and its name.</param>
/// <param name="Places">Where fires are.</param>
/// <remarks>Places are shares of the time shown, 0 to 1. Fires close to each other share one.</remarks>
internal sealed record NextFires(string Zone, IReadOnlyList<(double At, string Name)> Days, IReadOnlyList<double> Places)
{
    private const int Cells = 336;

    /// <summary>How far ahead it looks.</summary>
    public static TimeSpan Span { get; } = TimeSpan.FromDays(7);

    /// <summary>The next seven days; no places when it never fires by itself.</summary>
    public static NextFires Of(Schedule schedule, DateTimeOffset now)
    {
        var zone = TimeZones.Find(schedule.TimeZone ?? TimeZones.Default) ?? TimeZoneInfo.Utc;
        return new NextFires(zone.Id, [.. DaysOf(zone, now)], [.. PlacesOf(schedule, now)]);
    }

    private static IEnumerable<(double At, string Name)> DaysOf(TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (var day = 0; day <= Span.Days; day++)
        {
            var midnight = DateTime.SpecifyKind(today.AddDays(day), DateTimeKind.Unspecified);
            var began = new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
            yield return (Math.Max(0, (began - now) / Span), midnight.ToString("ddd d", System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<double> PlacesOf(Schedule schedule, DateTimeOffset now)
    {
        if (Recurrence.Of(AsContract(schedule)) is not { } recurrence)
        {
            yield break;
        }

        var (end, cell) = (now + Span, Span / Cells);
        for (var at = recurrence.Next(now.UtcDateTime); at < end.UtcDateTime;)
        {
            var number = Math.Floor((at.Value - now.UtcDateTime) / cell);
            yield return (number + 0.5) / Cells;
            at = recurrence.Next((now.UtcDateTime + ((number + 1) * cell)).AddTicks(-1));
        }
    }

    private static Contract.Schedule AsContract(Schedule schedule) => new(
        Enum.Parse<Contract.ScheduleKind>(schedule.Kind.ToString()),
        schedule.Minutes, schedule.Hours, schedule.DaysOfWeek, schedule.DaysOfMonth, schedule.Cron, schedule.TimeZone);
}
