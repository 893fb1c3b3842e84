namespace BatchPlatform.Contracts;

/// <summary>A batch's place in its lifecycle. Only the saga <c>BatchLifecycle</c> moves a batch from one to another.</summary>
public enum BatchState
{
    /// <summary>Takes jobs; nothing runs.</summary>
    Created,

    /// <summary>A run has begun and no worker has picked up a job of it yet.</summary>
    Committed,

    /// <summary>A worker has picked up the run's first slice.</summary>
    Running,

    /// <summary>Nothing more is cut; what had begun may still end.</summary>
    Stopped,

    /// <summary>Every job of the run has an outcome.</summary>
    Finished,
}

/// <summary>What is known of one job in its batch's latest run.</summary>
public enum JobState
{
    /// <summary>Added, handed back, or waiting for a retry.</summary>
    Pending,

    /// <summary>In a slice that was sent and that no worker holds yet.</summary>
    Queued,

    /// <summary>In a slice that a worker holds.</summary>
    Processing,

    /// <summary>Has an outcome: the upstream's answer met the action's success rule.</summary>
    Completed,

    /// <summary>Has an outcome: an error, see its code.</summary>
    Failed,
}

/// <summary>In which order lanes are served: a higher priority is always cut first.</summary>
public enum BatchPriority
{
    /// <summary>After everything else.</summary>
    Lowest,

    /// <summary>Below normal.</summary>
    Low,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>Above normal.</summary>
    High,

    /// <summary>Before everything else.</summary>
    Highest,
}

/// <summary>Why the platform itself pauses a batch.</summary>
public static class PauseReasons
{
    /// <summary>Its first jobs have run and wait for approval.</summary>
    public const string Canary = "The canary is done: resume the batch to run the rest.";

    /// <summary>Too many jobs failed.</summary>
    public const string FailureBudget = "The failure budget is spent: resume the batch to go on.";

    /// <summary>Whether it is one of these: such a pause is of one run, and ends with it. A client's is of the batch, and stays.</summary>
    public static bool IsOfRun(string? reason) => reason is Canary or FailureBudget;
}

/// <summary>Bounds that several services share.</summary>
public static class Limits
{
    /// <summary>Jobs in one batch, at most: 2^20, so that a dialect's integer job id fits beside the batch's number.</summary>
    public const int JobsPerBatch = 1 << 20;

    /// <summary>Rows of one dataset, at most.</summary>
    public const int DatasetRows = 1_000_000;

    /// <summary>The longest deadline: 30 days.</summary>
    public const int DeadlineSeconds = 30 * 24 * 3600;

    /// <summary>Bytes of one job's <c>params</c>, at most.</summary>
    public const int ParamsBytes = 256 * 1024;

    /// <summary>Bytes of params in one slice, at most; a larger job would travel alone.</summary>
    public const int SliceBytes = 512 * 1024;

    /// <summary>Jobs in one slice, at most.</summary>
    public const int SliceJobs = 500;

    /// <summary>Bytes of outcomes in one report, at most (a single larger outcome travels alone).</summary>
    public const int ReportBytes = 512 * 1024;

    /// <summary>Characters of <c>namespace</c>, <c>action</c> and <c>custom_id</c>, at most.</summary>
    public const int NameLength = 200;
}
