namespace BatchPlatform.Client;

/// <summary>A batch: a container of jobs with a lifecycle.</summary>
public sealed record Batch
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Positive, rising, with gaps.</summary>
    public required long Number { get; init; }

    /// <summary>What people call it.</summary>
    public string? Name { get; init; }

    /// <summary>Where it is in its lifecycle.</summary>
    public required BatchState State { get; init; }

    /// <summary>Its owner.</summary>
    public required string Tenant { get; init; }

    /// <summary>It takes jobs whenever it is not running.</summary>
    public bool Recurring { get; init; }

    /// <summary>How it runs.</summary>
    public BatchOptions Options { get; init; } = new();

    /// <summary>Who is told when it ends.</summary>
    public Callback? Callback { get; init; }

    /// <summary>When it runs by itself.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>When the schedule fires next.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>Its jobs wait, in whatever state it is.</summary>
    public bool Paused { get; init; }

    /// <summary>Why it is paused.</summary>
    public string? PauseReason { get; init; }

    /// <summary>Jobs by state, of the latest run of all jobs overlaid by its retries.</summary>
    public BatchCounts Counts { get; init; } = new();

    /// <summary>The share of the jobs that have an outcome, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Outcomes a second of the latest run; null before the first.</summary>
    public double? JobsPerSecond { get; init; }

    /// <summary>Seconds until the last outcome at that rate; null when nobody can say.</summary>
    public double? EtaSeconds { get; init; }

    /// <summary>The latest run, 0 before the first.</summary>
    public int Run { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its latest run was asked for.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>When a worker picked up its first job.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was last stopped or finished; null while it is neither.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>It is Finished or Stopped.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasEnded => State is BatchState.Finished or BatchState.Stopped;
}

/// <summary>A batch's place in its lifecycle.</summary>
public enum BatchState
{
    /// <summary>Takes jobs; nothing runs.</summary>
    Created,

    /// <summary>A run has begun and no worker has picked up a job of it yet.</summary>
    Committed,

    /// <summary>Its jobs are run.</summary>
    Running,

    /// <summary>Nothing more is begun; what had begun may still end.</summary>
    Stopped,

    /// <summary>Every job has an outcome.</summary>
    Finished,
}

/// <summary>How many jobs of a batch are in each state; the states sum to <see cref="Total"/>.</summary>
public sealed record BatchCounts
{
    /// <summary>All of them.</summary>
    public int Total { get; init; }

    /// <summary>Added, handed back, or waiting for a retry.</summary>
    public int Pending { get; init; }

    /// <summary>Sent to the workers.</summary>
    public int Queued { get; init; }

    /// <summary>A worker has them.</summary>
    public int Processing { get; init; }

    /// <summary>Ended well.</summary>
    public int Completed { get; init; }

    /// <summary>Ended with an error.</summary>
    public int Failed { get; init; }
}

/// <summary>How far a batch is.</summary>
/// <param name="State">Where it is in its lifecycle.</param>
/// <param name="Counts">Jobs by state.</param>
/// <param name="JobsPerSecond">Outcomes a second; null before the first.</param>
/// <param name="EtaSeconds">Seconds until the last outcome at that rate; null when nobody can say.</param>
public sealed record BatchProgress(BatchState State, BatchCounts Counts, double? JobsPerSecond, double? EtaSeconds);

/// <summary>One execution of a batch's jobs.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Root">The run whose failed jobs this one retries; its own number for a run of all jobs.</param>
/// <param name="State">Where it is.</param>
/// <param name="Total">Jobs that it owes an outcome.</param>
/// <param name="Completed">Outcomes so far.</param>
/// <param name="Failed">Outcomes so far.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="SettledAt">When its last outcome was stored.</param>
/// <param name="ExpiredAt">Since when its results are not kept any more.</param>
public sealed record Run(
    [property: System.Text.Json.Serialization.JsonPropertyName("run")] int Number,
    int Root,
    RunState State,
    int Total,
    int Completed,
    int Failed,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SettledAt,
    DateTimeOffset? ExpiredAt);

/// <summary>Where a run is.</summary>
public enum RunState
{
    /// <summary>The batch's latest, and the batch runs or waits to.</summary>
    Running,

    /// <summary>Not every job has an outcome, and nothing more is begun unless the batch is started again.</summary>
    Stopped,

    /// <summary>Every job has an outcome.</summary>
    Settled,
}

/// <summary>Failed jobs that failed alike.</summary>
/// <param name="Code">The error's code.</param>
/// <param name="Message">What a person should know.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstIndex">The first of them.</param>
public sealed record ErrorGroup(string Code, string? Message, int Count, int FirstIndex);
