namespace BatchPlatform.Contracts;

/// <summary>When a batch runs by itself. Fires are whole minutes of the time zone's clock.</summary>
/// <param name="Kind">Which of the other members say when.</param>
/// <param name="Minutes">Kind minutes: every_minute, every_5_minutes, _10_, _15_, _20_, _25_, _30_, or every_hour.</param>
/// <param name="Hours">Kinds daily, weekly, monthly: at the full hour, 0 to 23. Kind minutes: only within these hours.</param>
/// <param name="DaysOfWeek">Kind weekly: 0 (Sunday) to 6. Kind minutes: only on these days.</param>
/// <param name="DaysOfMonth">Kind monthly: 1 to 31, left out in months that have no such day. Kind minutes: only on these days.</param>
/// <param name="Cron">Kind cron: minute, hour, day of month, month, day of week; all of them must match.</param>
/// <param name="TimeZone">An IANA name; api puts the tenant's in where a client names none.</param>
/// <param name="Enabled">It fires.</param>
/// <param name="Overlap">What a fire does while the batch runs.</param>
/// <param name="Missed">What becomes of fires while no orchestrator was there.</param>
/// <param name="JitterSeconds">A fire comes up to so much later, by chance; 0 to 3600. Longer than the time between fires, it leaves some out.</param>
public sealed record Schedule(
    ScheduleKind Kind = ScheduleKind.Manual,
    string? Minutes = null,
    IReadOnlyList<int>? Hours = null,
    IReadOnlyList<int>? DaysOfWeek = null,
    IReadOnlyList<int>? DaysOfMonth = null,
    string? Cron = null,
    string? TimeZone = null,
    bool Enabled = true,
    OverlapPolicy Overlap = OverlapPolicy.Skip,
    MissedPolicy Missed = MissedPolicy.Skip,
    int JitterSeconds = 0);

/// <summary>How a schedule says when.</summary>
public enum ScheduleKind
{
    /// <summary>Never by itself.</summary>
    Manual,

    /// <summary>Every so many minutes.</summary>
    Minutes,

    /// <summary>At hours of each day.</summary>
    Daily,

    /// <summary>At hours of days of the week.</summary>
    Weekly,

    /// <summary>At hours of days of the month.</summary>
    Monthly,

    /// <summary>By a cron expression.</summary>
    Cron,
}

/// <summary>What a fire does while the batch's last run goes on.</summary>
public enum OverlapPolicy
{
    /// <summary>Nothing.</summary>
    Skip,

    /// <summary>Another run begins when this one ends; one, however many fires there were.</summary>
    Queue,

    /// <summary>Stops that run and begins another.</summary>
    Stop,
}

/// <summary>What becomes of the fires of a time when no orchestrator was there.</summary>
public enum MissedPolicy
{
    /// <summary>They are left out.</summary>
    Skip,

    /// <summary>One comes late, for all of them.</summary>
    Once,
}

/// <summary>What became of a fire.</summary>
public enum FireResult
{
    /// <summary>It began a run.</summary>
    Started,

    /// <summary>Its run begins when the one that goes on has ended.</summary>
    Queued,

    /// <summary>The batch was running.</summary>
    SkippedRunning,

    /// <summary>The batch had no jobs.</summary>
    SkippedEmpty,

    /// <summary>Nobody was there to fire it in time.</summary>
    Missed,

    /// <summary>It was queued, and the batch was stopped before its turn.</summary>
    Dropped,

    /// <summary>The run would have been more than the tenant's quotas allow.</summary>
    SkippedQuota,
}
