using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>A schedule as clients see it: as it was given, with its time zone, and what became of its last fire.</summary>
public sealed record ScheduleView(
    ScheduleKind Kind,
    string? Minutes,
    IReadOnlyList<int>? Hours,
    IReadOnlyList<int>? DaysOfWeek,
    IReadOnlyList<int>? DaysOfMonth,
    string? Cron,
    string? TimeZone,
    bool Enabled,
    OverlapPolicy Overlap,
    MissedPolicy Missed,
    int JitterSeconds,
    FireView? LastFire)
{
    internal static ScheduleView? Of(Schedule? schedule, DateTime? lastFireAt, FireResult? lastResult, int? lastRun) => schedule is null
        ? null
        : new ScheduleView(
            schedule.Kind, schedule.Minutes, schedule.Hours, schedule.DaysOfWeek, schedule.DaysOfMonth, schedule.Cron, schedule.TimeZone,
            schedule.Enabled, schedule.Overlap, schedule.Missed, schedule.JitterSeconds,
            lastFireAt is { } at && lastResult is { } result ? new FireView(at, result, lastRun) : null);
}

/// <summary>What became of a fire.</summary>
/// <param name="PlannedAt">When it was to come by the schedule.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Run">The run that it began.</param>
public sealed record FireView(DateTime PlannedAt, FireResult Result, int? Run);
