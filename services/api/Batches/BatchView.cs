using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>A batch as clients see it.</summary>
public sealed record BatchView
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Positive, rising, with gaps.</summary>
    public required long Number { get; init; }

    public required string? Name { get; init; }

    public required BatchState State { get; init; }

    public required string Tenant { get; init; }

    /// <summary>Takes jobs whenever it is not running, not only while Created.</summary>
    public required bool Recurring { get; init; }

    public required BatchSettings Options { get; init; }

    public required CallbackView? Callback { get; init; }

    /// <summary>When it runs by itself; null when it never does.</summary>
    public required ScheduleView? Schedule { get; init; }

    /// <summary>When the schedule fires next; null when it is manual, not enabled, or there is none.</summary>
    public required DateTime? NextRunAt { get; init; }

    /// <summary>Its jobs wait, in whatever state it is.</summary>
    public required bool Paused { get; init; }

    public required string? PauseReason { get; init; }

    /// <summary>Of the latest run of all jobs, overlaid by its retries; before the first run, of the jobs added.</summary>
    public BatchCounts Counts { get; init; } = new();

    /// <summary>The share of the jobs that have an outcome, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Outcomes of the latest run by the seconds since it began; null before the first outcome.</summary>
    public double? JobsPerSecond { get; init; }

    /// <summary>Seconds until the last outcome at that rate; 0 when none is missing, null when unknown or nothing runs.</summary>
    public double? EtaSeconds { get; init; }

    /// <summary>The latest run, 0 before the first.</summary>
    public required int Run { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When the latest run was asked for.</summary>
    public required DateTime? CommittedAt { get; init; }

    /// <summary>When a worker picked up its first slice; stays null for a run that was over within a moment.</summary>
    public required DateTime? StartedAt { get; init; }

    /// <summary>When the batch was last stopped or finished; null while it is neither.</summary>
    public required DateTime? EndedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public BatchLinks? Links { get; init; }
}

/// <summary>How many jobs of a batch are in each state; the states sum to <see cref="Total"/>.</summary>
public sealed record BatchCounts
{
    public int Total { get; init; }

    public int Pending { get; init; }

    public int Queued { get; init; }

    public int Processing { get; init; }

    public int Completed { get; init; }

    public int Failed { get; init; }
}

/// <summary>Where else to look; absolute when <c>Public:BaseUrl</c> is configured, else paths on this host.</summary>
public sealed record BatchLinks(string Self, string Jobs, string Results, string Events, string Runs, string Deliveries)
{
    /// <summary>The links of one batch.</summary>
    public static BatchLinks Of(Guid id, PublicOptions at)
    {
        var self = $"{at.BaseUrl?.TrimEnd('/')}/v1/batches/{id:D}";
        return new BatchLinks(self, $"{self}/jobs", $"{self}/results", $"{self}/events", $"{self}/runs", $"{self}/deliveries");
    }
}
