using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Schedules;

namespace BatchPlatform.Orchestrator.Schedules;

/// <summary>When a schedule fires next.</summary>
/// <param name="PlannedAt">By the schedule, UTC.</param>
/// <param name="At">With the jitter drawn for it.</param>
internal sealed record NextFire(DateTime PlannedAt, DateTime At)
{
    /// <summary>The first after that instant; null when the schedule is manual, not enabled, or has no time left.</summary>
    public static NextFire? After(DateTime instant, Schedule schedule) =>
        schedule.Enabled && Recurrence.Of(schedule)?.Next(instant) is { } planned
            ? new NextFire(planned, planned.AddSeconds(Random.Shared.Next(schedule.JitterSeconds + 1)))
            : null;
}
