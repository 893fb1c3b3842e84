using BatchPlatform.Contracts;

namespace BatchPlatform.Orchestrator.Tests.Schedules;

/// <summary>
/// What a person with a calendar and a clock on the wall would say: goes through time step by step, reads the local time,
/// and fires where it matches, or where clocks have just skipped one that does.
/// </summary>
internal sealed class MinuteWalk(string zone, DateTime start, DateTime end, int stepMinutes)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(zone);

    public DateTime Start => start;

    public DateTime End => end;

    public List<DateTime> Fires(Schedule schedule)
    {
        var step = TimeSpan.FromMinutes(stepMinutes);
        var seen = new HashSet<DateTime>();
        var fires = new List<DateTime>();

        // From a day before, to know which local times were there already.
        var last = Local(start.AddDays(-1) - step);
        for (var utc = start.AddDays(-1); utc < end; utc += step)
        {
            var local = Local(utc);
            var isNew = seen.Add(local) || schedule.Kind == ScheduleKind.Minutes;
            var skipped = Skipped(last + step, local, step).Any(time => Matches(schedule, time));
            if (((Matches(schedule, local) && isNew) || skipped) && utc >= start)
            {
                fires.Add(utc);
            }

            last = local;
        }

        return fires;
    }

    private static IEnumerable<DateTime> Skipped(DateTime from, DateTime to, TimeSpan step)
    {
        for (var time = from; time < to; time += step)
        {
            yield return time;
        }
    }

    private static bool Matches(Schedule schedule, DateTime local) =>
        MatchesMinute(schedule, local.Minute)
        && (schedule.Hours is null || schedule.Hours.Contains(local.Hour))
        && (schedule.DaysOfWeek is null || schedule.DaysOfWeek.Contains((int)local.DayOfWeek))
        && (schedule.DaysOfMonth is null || schedule.DaysOfMonth.Contains(local.Day));

    private static bool MatchesMinute(Schedule schedule, int minute) => schedule.Minutes switch
    {
        null or "every_hour" => minute == 0,
        "every_minute" => true,
        var every => minute % int.Parse(every.Split('_')[1], null) == 0,
    };

    private DateTime Local(DateTime utc) => DateTime.SpecifyKind(TimeZoneInfo.ConvertTimeFromUtc(utc, _zone), DateTimeKind.Unspecified);
}

/// <summary>Makes well formed schedules of every kind that a dialect has too.</summary>
internal static class RandomSchedules
{
    private static readonly string[] Often = ["every_minute", "every_5_minutes", "every_10_minutes", "every_20_minutes", "every_25_minutes"];
    private static readonly string[] Quarters = ["every_15_minutes", "every_30_minutes", "every_hour"];

    /// <param name="random">Decides.</param>
    /// <param name="zone">The schedule's.</param>
    /// <param name="quarters">Only such as fire at quarters of an hour.</param>
    public static Schedule Next(Random random, string zone, bool quarters = false)
    {
        string[] minutes = quarters ? Quarters : [.. Often, .. Quarters];
        return random.Next(4) switch
        {
            0 => new Schedule(
                ScheduleKind.Minutes, minutes[random.Next(minutes.Length)], Some(random, 0, 23), Some(random, 0, 6), Some(random, 1, 31), TimeZone: zone),
            1 => new Schedule(ScheduleKind.Daily, Hours: Numbers(random, 0, 23), TimeZone: zone),
            2 => new Schedule(ScheduleKind.Weekly, Hours: Numbers(random, 0, 23), DaysOfWeek: Numbers(random, 0, 6), TimeZone: zone),
            _ => new Schedule(ScheduleKind.Monthly, Hours: Numbers(random, 0, 23), DaysOfMonth: Numbers(random, 1, 31), TimeZone: zone),
        };
    }

    private static int[]? Some(Random random, int first, int last) => random.Next(2) == 0 ? null : Numbers(random, first, last);

    // Mostly many, so that the few days walked are hit.
    private static int[] Numbers(Random random, int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).OrderBy(_ => random.Next()).Take(random.Next(1, last - first + 2)).Order()];
}
