namespace BatchPlatform.Store.Tables;

/// <summary>One execution of a batch's jobs. Written by the orchestrator only.</summary>
public sealed class Run
{
    public long Batch { get; set; }

    /// <summary>From 1.</summary>
    public int Number { get; set; }

    public Guid BatchId { get; set; }

    public string Tenant { get; set; } = "";

    /// <summary>The trace of the last start, as W3C <c>traceparent</c>: slices are cut long after it.</summary>
    public string? Trace { get; set; }

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

    /// <summary>Failed jobs of which nothing is concluded before there are <see cref="BudgetMinimum"/> outcomes; 0 for no budget.</summary>
    public double BudgetRate { get; set; }

    public int BudgetMinimum { get; set; }

    /// <summary>A spent budget pauses the batch instead of stopping it.</summary>
    public bool BudgetPauses { get; set; }

    /// <summary><see cref="Seq"/> at the last start or resume: the budget counts from there.</summary>
    public int SampledFrom { get; set; }

    /// <summary><see cref="Failed"/> at the last start or resume.</summary>
    public int FailedBefore { get; set; }

    /// <summary>Jobs that run before the batch pauses for approval; 0 when there is no canary, or it was approved.</summary>
    public int Canary { get; set; }

    /// <summary>Calls a second that the batch asks for at most; 0 for no limit.</summary>
    public double RequestsPerSecond { get; set; }

    /// <summary>Calls at once that the batch asks for at most; 0 for no limit.</summary>
    public int Concurrency { get; set; }

    /// <summary>A worker picked up a slice since the last start.</summary>
    public bool Started { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>Deadlines count from here: the last start, and later by the time that the batch was paused.</summary>
    public DateTime DeadlinesFrom { get; set; }

    /// <summary>A job without an outcome by then fails with DEADLINE_EXCEEDED.</summary>
    public DateTime Deadline { get; set; }

    /// <summary>When the clock looks for late jobs next: no later than the first deadline of any job without an outcome.</summary>
    public DateTime NextDeadline { get; set; }

    /// <summary>When the last outcome was stored.</summary>
    public DateTime? SettledAt { get; set; }

    /// <summary>From then on its outcomes are not read any more: they are removed, or soon will be. The counts stay.</summary>
    public DateTime? ExpiredAt { get; set; }

    /// <summary>It has expired, and none of its outcomes is left.</summary>
    public bool Emptied { get; set; }
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

    /// <summary>Jobs at or after the cursor may have an outcome already: cancelled, or past their deadline.</summary>
    public bool Gaps { get; set; }

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

    /// <summary>The jobs, in order; without those that were to be tried again, which are another's from then on.</summary>
    public SliceJobs Jobs { get; set; } = new([]);

    /// <summary>Jobs of the slice without an outcome.</summary>
    public int Remaining { get; set; }

    /// <summary>Calls at once that it grants.</summary>
    public int Concurrency { get; set; }

    /// <summary>Calls a second that it grants; 0 for no limit.</summary>
    public double CallsPerSecond { get; set; }

    /// <summary>The one action of its jobs, where that has limits of its own; else empty.</summary>
    public string Action { get; set; } = "";

    /// <summary>Tries whether an upstream answers again: what becomes of it opens or closes the gate.</summary>
    public bool Probe { get; set; }

    /// <summary>How many takers lost it.</summary>
    public int Lost { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>The same under another id, handed back: nothing that is still said of the old id is about it.</summary>
    public Slice HandedBack(Guid id)
    {
        var slice = (Slice)MemberwiseClone();
        (slice.Id, slice.State, slice.Holder) = (id, SliceState.Returned, null);
        return slice;
    }
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

/// <summary>
/// Whether an upstream may be called; no row means open. Whoever deals out shares of its limits holds the row locked.
/// Written by the orchestrator only.
/// </summary>
public sealed class Gate
{
    public string Namespace { get; set; } = "";

    /// <summary>Nothing is cut for it before then.</summary>
    public DateTime ClosedUntil { get; set; }

    /// <summary>How often in a row it was closed without being told for how long.</summary>
    public int Closings { get; set; }

    /// <summary>How often in a row the circuit breaker opened; above 0, single jobs probe whether the upstream is well.</summary>
    public int Trips { get; set; }

    /// <summary>Somebody paused it.</summary>
    public bool Paused { get; set; }

    public string? PauseReason { get; set; }

    /// <summary>Rises whenever shares are dealt out.</summary>
    public long Rounds { get; set; }

    /// <summary>From then on, if nothing is called meanwhile, its burst may be used again.</summary>
    public DateTime BurstFrom { get; set; }
}
