namespace BatchPlatform.Client;

/// <summary>When a batch runs by itself.</summary>
public sealed record Schedule
{
    /// <summary>Which of the other members say when.</summary>
    public ScheduleKind Kind { get; init; }

    /// <summary>Kind minutes: such as every_5_minutes or every_hour.</summary>
    public string? Minutes { get; init; }

    /// <summary>0 to 23.</summary>
    public IReadOnlyList<int>? Hours { get; init; }

    /// <summary>0 (Sunday) to 6.</summary>
    public IReadOnlyList<int>? DaysOfWeek { get; init; }

    /// <summary>1 to 31.</summary>
    public IReadOnlyList<int>? DaysOfMonth { get; init; }

    /// <summary>Kind cron: minute, hour, day of month, month, day of week.</summary>
    public string? Cron { get; init; }

    /// <summary>An IANA name; the tenant's when null.</summary>
    public string? TimeZone { get; init; }

    /// <summary>It fires.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>What a fire does while the batch runs.</summary>
    public OverlapPolicy Overlap { get; init; }

    /// <summary>What becomes of fires while nobody was there.</summary>
    public MissedPolicy Missed { get; init; }

    /// <summary>A fire comes up to so many seconds later, by chance; 0 to 3600.</summary>
    public int JitterSeconds { get; init; }

    /// <summary>What became of the last fire; only in answers.</summary>
    public Fire? LastFire { get; init; }
}

/// <summary>What became of a fire.</summary>
/// <param name="PlannedAt">When it was to come by the schedule.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Run">The run that it began.</param>
public sealed record Fire(DateTimeOffset PlannedAt, FireResult Result, int? Run);

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

    /// <summary>Another run begins when this one ends.</summary>
    Queue,

    /// <summary>Stops that run and begins another.</summary>
    Stop,
}

/// <summary>What becomes of the fires of a time when nobody was there.</summary>
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
