namespace BatchPlatform.Store.Tables;

/// <summary>One execution of a batch's jobs. Written by the orchestrator only.</summary>
public sealed class Run
{
    public long Batch { get; set; }

    /// <summary>From 1.</summary>
    public int Number { get; set; }

    public Guid BatchId { get; set; }

    public string Tenant { get; set; } = "";

    /// <summary>The run whose failed jobs this one retries; its own number for a run of all jobs.</summary>
    public int Root { get; set; }

    public int Epoch { get; set; }

    /// <summary>The batch's revision that the run sees.</summary>
    public int Revision { get; set; }

    /// <summary>Jobs that the run owes an outcome.</summary>
    public int Total { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    /// <summary>Failed since the last start.</summary>
    public int Failures { get; set; }

    /// <summary>The arrival number of the last outcome.</summary>
    public int Seq { get; set; }

    public bool StopOnJobError { get; set; }

    /// <summary>A worker picked up a slice since the last start.</summary>
    public bool Started { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>A job without an outcome by then fails with DEADLINE_EXCEEDED.</summary>
    public DateTime Deadline { get; set; }

    /// <summary>When the last outcome was stored.</summary>
    public DateTime? SettledAt { get; set; }
}

/// <summary>The jobs of one run that go to one upstream. Written by the orchestrator only.</summary>
public sealed class Lane
{
    public long Batch { get; set; }

    public int Run { get; set; }

    public string Namespace { get; set; } = "";

    public Guid BatchId { get; set; }

    public string Tenant { get; set; } = "";

    public int Priority { get; set; }

    public int Epoch { get; set; }

    public int Revision { get; set; }

    /// <summary>Everything before it was cut once.</summary>
    public int Cursor { get; set; }

    /// <summary>No job of the lane stands at or after it.</summary>
    public int End { get; set; }

    /// <summary>The run is neither stopped, paused nor settled: slices may be cut.</summary>
    public bool Active { get; set; }

    /// <summary>The cursor has not reached the end.</summary>
    public bool Open { get; set; }

    /// <summary>When the first of the lane's waiting retries is due; null when none waits.</summary>
    public DateTime? RetryAt { get; set; }
}

/// <summary>Where a slice is. A row that is gone has been reported whole.</summary>
public enum SliceState
{
    /// <summary>Sent, or about to be; no worker is known to have it.</summary>
    Queued,

    /// <summary>Held by a worker until its lease ends.</summary>
    Taken,

    /// <summary>Handed back or lost: its jobs without an outcome wait to be sent again.</summary>
    Returned,
}

/// <summary>Some jobs of a lane that travel together. Written by the orchestrator only.</summary>
public sealed class Slice
{
    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; set; }

    public long Batch { get; set; }

    public int Run { get; set; }

    public string Namespace { get; set; } = "";

    public Guid BatchId { get; set; }

    public string Tenant { get; set; } = "";

    public int Epoch { get; set; }

    public SliceState State { get; set; }

    /// <summary>The worker, while taken.</summary>
    public Guid? Holder { get; set; }

    /// <summary>While taken: lost after it. While queued: sent again after it.</summary>
    public DateTime LeaseUntil { get; set; }

    /// <summary>The jobs, in order.</summary>
    public SliceJobs Jobs { get; set; } = new([]);

    /// <summary>Jobs of the slice without an outcome or a retry.</summary>
    public int Remaining { get; set; }

    /// <summary>Calls at once that it grants.</summary>
    public int Concurrency { get; set; }

    /// <summary>Calls a second that it grants; 0 for no limit.</summary>
    public double CallsPerSecond { get; set; }

    /// <summary>How many takers lost it.</summary>
    public int Lost { get; set; }

    public DateTime CreatedAt { get; set; }
}

/// <summary>A job that waits for its next attempt. Written by the orchestrator only.</summary>
public sealed class Retry
{
    public long Batch { get; set; }

    public int Run { get; set; }

    public int Index { get; set; }

    public string Namespace { get; set; } = "";

    /// <summary>The attempt that comes next.</summary>
    public int Attempt { get; set; }

    public DateTime DueAt { get; set; }
}

/// <summary>Whether an upstream may be called; no row means open. Written by the orchestrator only.</summary>
public sealed class Gate
{
    public string Namespace { get; set; } = "";

    /// <summary>Nothing is cut for it before then.</summary>
    public DateTime ClosedUntil { get; set; }

    /// <summary>How often in a row it was closed without being told for how long.</summary>
    public int Closings { get; set; }
}
