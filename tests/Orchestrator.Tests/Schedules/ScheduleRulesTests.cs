using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Schedules;

namespace BatchPlatform.Orchestrator.Tests.Schedules;

public sealed class ScheduleRulesTests
{
    public static TheoryData<Schedule> Good => new(
        new Schedule(),
        new Schedule(ScheduleKind.Minutes, "every_minute"),
        new Schedule(ScheduleKind.Minutes, "every_25_minutes", Hours: [9, 17], DaysOfWeek: [1, 5], DaysOfMonth: [1]),
        new Schedule(ScheduleKind.Minutes, "every_hour", Hours: []),
        new Schedule(ScheduleKind.Daily, Hours: [0, 23]),
        new Schedule(ScheduleKind.Weekly, Hours: [9], DaysOfWeek: [0, 6]),
        new Schedule(ScheduleKind.Monthly, Hours: [9], DaysOfMonth: [31]),
        new Schedule(ScheduleKind.Cron, Cron: "*/15 9-17 * JAN-MAR MON-FRI", TimeZone: "America/Argentina/Buenos_Aires", JitterSeconds: 3600),
        new Schedule(ScheduleKind.Cron, Cron: "0 0 29 2 1"));

    public static TheoryData<string, Schedule> Bad => new()
    {
        { "minutes", new Schedule(ScheduleKind.Minutes) },
        { "minutes", new Schedule(ScheduleKind.Minutes, "every_7_minutes") },
        { "minutes", new Schedule(ScheduleKind.Daily, "every_minute", Hours: [1]) },
        { "hours", new Schedule(ScheduleKind.Daily) },
        { "hours", new Schedule(ScheduleKind.Daily, Hours: []) },
        { "hours", new Schedule(ScheduleKind.Daily, Hours: [24]) },
        { "hours", new Schedule(ScheduleKind.Daily, Hours: [-1]) },
        { "hours", new Schedule(ScheduleKind.Daily, Hours: [1, 1]) },
        { "hours", new Schedule(Hours: [1]) },
        { "hours", new Schedule(ScheduleKind.Weekly, DaysOfWeek: [1]) },
        { "days_of_week", new Schedule(ScheduleKind.Weekly, Hours: [1]) },
        { "days_of_week", new Schedule(ScheduleKind.Weekly, Hours: [1], DaysOfWeek: [7]) },
        { "days_of_week", new Schedule(ScheduleKind.Daily, Hours: [1], DaysOfWeek: [1]) },
        { "days_of_month", new Schedule(ScheduleKind.Monthly, Hours: [1]) },
        { "days_of_month", new Schedule(ScheduleKind.Monthly, Hours: [1], DaysOfMonth: [0]) },
        { "cron", new Schedule(ScheduleKind.Cron) },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "") },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "@daily") },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "* * * * * *") },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "60 * * * *") },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "99999999999 * * * *") },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "0 22-2 * * *") }, // the library would take it for 2-22
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "0 0 * * SAT-MON") },
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "*/0 * * * *") }, // the library would take it for *
        { "cron", new Schedule(ScheduleKind.Cron, Cron: "0 0 30 2 *") }, // never comes
        { "cron", new Schedule(ScheduleKind.Cron, Cron: $"0{new string(' ', 300)}0 * * *") },
        { "cron", new Schedule(ScheduleKind.Daily, Hours: [1], Cron: "0 0 * * *") },
        { "time_zone", new Schedule(TimeZone: "Mars/Olympus") },
        { "time_zone", new Schedule(TimeZone: "") },
        { "time_zone", new Schedule(TimeZone: "../../etc/localtime") },
        { "time_zone", new Schedule(TimeZone: "/etc/passwd") },
        { "jitter_seconds", new Schedule(JitterSeconds: -1) },
        { "jitter_seconds", new Schedule(JitterSeconds: 3601) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_schedule_that_can_be_followed_has_no_faults(Schedule schedule) => Assert.Empty(ScheduleRules.Faults(schedule));

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_schedule_that_cannot_be_followed_has_its_fault_named(string field, Schedule schedule) =>
        Assert.Equal(field, Assert.Single(ScheduleRules.Faults(schedule)).Field);
}
