namespace BatchPlatform.Client;

/// <summary>Which batches are meant: all that meet every member that is not null.</summary>
public sealed record BatchFilter
{
    /// <summary>In this state.</summary>
    public BatchState? State { get; init; }

    /// <summary>With this in its name, in whatever case.</summary>
    public string? Name { get; init; }

    /// <summary>Of this tenant; for admins.</summary>
    public string? Tenant { get; init; }

    /// <summary>Created later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Created earlier.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>With a job that failed with this code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>With a schedule, or without one.</summary>
    public bool? Scheduled { get; init; }

    internal Query Query => default(Query)
        .With("state", State?.ToString())
        .With("name", Name)
        .With("tenant", Tenant)
        .With("created_after", CreatedAfter)
        .With("created_before", CreatedBefore)
        .With("error_code", ErrorCode)
        .With("scheduled", Scheduled);
}

/// <summary>Which jobs of a batch are meant: all that meet every member that is not null.</summary>
public sealed record JobFilter
{
    /// <summary>In this state.</summary>
    public JobState? State { get; init; }

    /// <summary>Of this upstream.</summary>
    public string? Namespace { get; init; }

    /// <summary>That make this call.</summary>
    public string? Action { get; init; }

    /// <summary>That failed with this code.</summary>
    public string? ErrorCode { get; init; }
}

/// <summary>What is done to batches.</summary>
public enum BatchAction
{
    /// <summary>Run.</summary>
    Start,

    /// <summary>Begin no more jobs.</summary>
    Stop,

    /// <summary>Make the jobs wait.</summary>
    Pause,

    /// <summary>End a pause.</summary>
    Resume,

    /// <summary>Run the failed jobs again.</summary>
    RetryFailed,

    /// <summary>Delete, with all data.</summary>
    Delete,
}

/// <summary>What is done to jobs.</summary>
public enum JobAction
{
    /// <summary>They fail with JOB_CANCELLED.</summary>
    Cancel,

    /// <summary>Run failed ones again.</summary>
    Retry,
}

/// <summary>What a bulk action acts on.</summary>
public enum ActionTarget
{
    /// <summary>Batches.</summary>
    Batches,

    /// <summary>Jobs of a batch.</summary>
    Jobs,
}

/// <summary>One action on all that a filter matches; work of its own.</summary>
public sealed record BulkAction
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it acts on.</summary>
    public required ActionTarget Target { get; init; }

    /// <summary>What it does, such as retry_failed.</summary>
    public required string Action { get; init; }

    /// <summary>On which.</summary>
    public System.Text.Json.JsonElement Filter { get; init; }

    /// <summary>Items a second, at most.</summary>
    public double MaxPerSecond { get; init; }

    /// <summary>Where it is.</summary>
    public required BulkActionState State { get; init; }

    /// <summary>Items that the filter matched when it began; null while they are being counted.</summary>
    public long? Matched { get; init; }

    /// <summary>There were more than <see cref="Matched"/>.</summary>
    public bool LowerBound { get; init; }

    /// <summary>Items that it was done to.</summary>
    public long Done { get; init; }

    /// <summary>Items that refused it.</summary>
    public long Refused { get; init; }

    /// <summary>Why they did.</summary>
    public IReadOnlyList<Refusals> Refusals { get; init; } = [];

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>How many a bulk action would be done to.</summary>
/// <param name="Matched">Items that the filter matches.</param>
/// <param name="LowerBound">There are more than that.</param>
public sealed record ActionPreview(long Matched, bool LowerBound);

/// <summary>Where a bulk action is.</summary>
public enum BulkActionState
{
    /// <summary>It acts.</summary>
    Running,

    /// <summary>It has been done to all.</summary>
    Finished,

    /// <summary>Somebody ended it.</summary>
    Cancelled,
}

/// <summary>So many items refused with the same code.</summary>
public sealed record Refusals(string Code, long Count);
