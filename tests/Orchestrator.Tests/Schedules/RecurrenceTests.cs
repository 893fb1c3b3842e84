using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Schedules;
using NCrontab;

namespace BatchPlatform.Orchestrator.Tests.Schedules;

/// <summary>When schedules fire: random ones against a walk through every minute, by rules that know nothing of cron.</summary>
public sealed class RecurrenceTests
{
    public static TheoryData<string, string> Changes => new()
    {
        { "America/New_York", "2026-03-08" },
        { "America/New_York", "2026-11-01" },
        { "Europe/Berlin", "2026-03-29" },
        { "Europe/Berlin", "2026-10-25" },
        { "Australia/Lord_Howe", "2026-04-05" }, // by half an hour
        { "Australia/Lord_Howe", "2026-10-04" },
        { "America/Sao_Paulo", "2018-11-04" }, // at midnight
        { "America/Sao_Paulo", "2018-02-18" },
        { "Antarctica/Troll", "2026-03-29" }, // by two hours
        { "Antarctica/Troll", "2026-10-25" },
        { "Africa/Casablanca", "2026-02-15" },
        { "Pacific/Apia", "2011-12-30" }, // a whole day left out
        { "Pacific/Chatham", "2026-09-27" },
        { "Asia/Kathmandu", "2026-06-01" }, // no change, an odd offset
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Around_a_change_of_clocks_it_fires_when_a_walk_through_the_minutes_says(string zone, string day)
    {
        var walk = new MinuteWalk(zone, Day(day).AddDays(-2.5), Day(day).AddDays(2.5), stepMinutes: 1);
        var random = new Random(day.Sum(letter => letter));
        for (var i = 0; i < 40; i++)
        {
            Agree(RandomSchedules.Next(random, zone), walk);
        }
    }

    [Theory]
    [InlineData("UTC", "2027-11-15", 500)] // over a 29th of February
    [InlineData("Europe/Berlin", "2027-11-15", 500)]
    [InlineData("America/New_York", "2099-11-15", 200)] // no 29th of February in 2100
    [InlineData("Asia/Kathmandu", "2026-01-01", 400)]
    public void Over_month_ends_and_leap_years_it_fires_when_a_walk_says(string zone, string from, int days)
    {
        var walk = new MinuteWalk(zone, Day(from), Day(from).AddDays(days), stepMinutes: 15);
        var random = new Random(days);
        for (var i = 0; i < 15; i++)
        {
            Agree(RandomSchedules.Next(random, zone, quarters: true), walk);
        }
    }

    [Theory]
    [InlineData("*/5 9-17 * * 1-5")]
    [InlineData("0 0 29 2 *")]
    [InlineData("59 23 31 * *")]
    [InlineData("30 6 1,15 JAN-JUN *")]
    public void Where_clocks_never_change_its_times_are_the_librarys(string cron)
    {
        var start = Day("2026-01-01");
        var expected = CrontabSchedule.Parse(cron).GetNextOccurrences(start, start.AddYears(9)).Take(500);

        var actual = Times(new Schedule(ScheduleKind.Cron, Cron: cron), start, start.AddYears(9)).Take(500);

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("2026-03-29T00:00", "2026-03-29T01:00")] // 2:30 is left out: right after the gap, 3:00 local
    [InlineData("2026-03-29T01:00", "2026-03-30T00:30")]
    [InlineData("2026-10-25T00:00", "2026-10-25T00:30")] // 2:30 is there twice: the first time
    [InlineData("2026-10-25T00:30", "2026-10-26T01:30")]
    [InlineData("2026-10-25T01:15", "2026-10-26T01:30")] // also when it is asked within the second 2 o'clock
    public void A_local_time_that_does_not_exist_or_is_repeated_fires_once(string after, string expected)
    {
        var schedule = new Schedule(ScheduleKind.Cron, Cron: "30 2 * * *", TimeZone: "Europe/Berlin");

        Assert.Equal(Day(expected), Recurrence.Of(schedule)!.Next(Day(after)));
    }

    [Fact]
    public void Every_so_many_minutes_goes_on_through_the_repeated_hour()
    {
        var schedule = new Schedule(ScheduleKind.Minutes, Minutes: "every_30_minutes", TimeZone: "Europe/Berlin");

        var times = Times(schedule, Day("2026-10-24T23:45"), Day("2026-10-25T02:10"));

        Assert.Equal([Day("2026-10-25T00:00"), Day("2026-10-25T00:30"), Day("2026-10-25T01:00"), Day("2026-10-25T01:30"), Day("2026-10-25T02:00")], times);
    }

    [Fact]
    public void A_schedule_without_a_time_within_reach_has_no_next() =>
        Assert.Null(Recurrence.Of(new Schedule(ScheduleKind.Cron, Cron: "0 0 30 2 *"))!.Next(Day("2026-01-01")));

    [Fact]
    public void A_manual_schedule_has_no_times() => Assert.Null(Recurrence.Of(new Schedule()));

    private static void Agree(Schedule schedule, MinuteWalk walk)
    {
        var expected = walk.Fires(schedule);
        var actual = Times(schedule, walk.Start.AddTicks(-1), walk.End).ToList();
        Assert.True(expected.SequenceEqual(actual), $"{schedule}: walked {Text(expected.Except(actual))}, computed {Text(actual.Except(expected))}");
    }

    private static string Text(IEnumerable<DateTime> times) => string.Join(", ", times.Take(5).Select(time => time.ToString("s", null)));

    private static IEnumerable<DateTime> Times(Schedule schedule, DateTime after, DateTime until)
    {
        var recurrence = Recurrence.Of(schedule)!;
        for (var next = recurrence.Next(after); next < until; next = recurrence.Next(next.Value))
        {
            yield return next.Value;
        }
    }

    private static DateTime Day(string text) => DateTime.SpecifyKind(DateTime.Parse(text, null), DateTimeKind.Utc);
}
