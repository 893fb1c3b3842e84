using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Actions;

/// <summary>What can be done to all batches that a filter finds.</summary>
public enum BatchVerb
{
    Start,
    Stop,
    Pause,
    Resume,
    RetryFailed,
    Delete,
}

/// <summary>What can be done to all jobs of a batch that a filter finds.</summary>
public enum JobVerb
{
    /// <summary>Those that have not ended fail with JOB_CANCELLED.</summary>
    Cancel,

    /// <summary>Those that failed run again.</summary>
    Retry,
}

/// <summary>The body of POST /v1/batches/actions.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Filter">Which batches; all of the tenant's when absent.</param>
/// <param name="DryRun">Only tell how many they are.</param>
/// <param name="MaxPerSecond">Batches in a second, at most: 1 to 1000, 50 when absent.</param>
/// <param name="Force">Delete running batches too.</param>
public sealed record BatchActionBody(BatchVerb? Action, BatchChoice? Filter, bool DryRun, int? MaxPerSecond, bool Force)
{
    public BatchActionBody()
        : this(Action: null, Filter: null, DryRun: false, MaxPerSecond: null, Force: false)
    {
    }
}

/// <summary>Which batches, as the list's parameters say it.</summary>
public sealed record BatchChoice
{
    /// <summary>In this state when their turn comes.</summary>
    public BatchState? State { get; init; }

    /// <summary>With a name that contains this, in any case.</summary>
    public string? Name { get; init; }

    /// <summary>Of this tenant, or * for all; for admins.</summary>
    public string? Tenant { get; init; }

    /// <summary>Created later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Created earlier.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>With a failed job of this code in the latest run.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>With a schedule, or without one.</summary>
    public bool? Scheduled { get; init; }
}

/// <summary>The body of POST /v1/jobs/actions.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Filter">Which jobs of which batch.</param>
/// <param name="DryRun">Only tell how many they are.</param>
/// <param name="MaxPerSecond">Jobs in a second, at most: 1 to 1000, 50 when absent. A retry begins all of its jobs at once.</param>
public sealed record JobActionBody(JobVerb? Action, JobChoice? Filter, bool DryRun, int? MaxPerSecond)
{
    public JobActionBody()
        : this(Action: null, Filter: null, DryRun: false, MaxPerSecond: null)
    {
    }
}

/// <summary>Which jobs of the latest run of a batch.</summary>
public sealed record JobChoice
{
    /// <summary>The batch's id; it must be there.</summary>
    public string? Batch { get; init; }

    /// <summary>In this state when their turn comes: to cancel, one without an outcome; to retry, Failed.</summary>
    public JobState? State { get; init; }

    /// <summary>For this upstream.</summary>
    public string? Namespace { get; init; }

    /// <summary>Of this action.</summary>
    public string? Action { get; init; }

    /// <summary>Failed with this code; only to retry.</summary>
    public string? ErrorCode { get; init; }
}
