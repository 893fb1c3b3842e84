using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Store.Tables;

/// <summary>
/// A batch: the instance of the saga <c>BatchLifecycle</c>. Written by the orchestrator only.
/// Values kept as JSON are immutable: replaced, never changed in place.
/// </summary>
public sealed class Batch : SagaStateMachineInstance
{
    /// <summary>The batch's id, a version-7 UUID drawn by api.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The 64-bit key of all rows that belong to the batch.</summary>
    public long Number { get; set; }

    /// <summary>Rises with each change; a write is refused when it is not the one that was read.</summary>
    public int Version { get; set; }

    /// <summary>A name of <see cref="BatchState"/>, or the state machine's initial one before the first save.</summary>
    public string CurrentState { get; set; } = "";

    public string Tenant { get; set; } = "";

    public string? Name { get; set; }

    /// <summary>Takes jobs whenever it is not running, not only while Created.</summary>
    public bool Recurring { get; set; }

    public BatchSettings Options { get; set; } = new();

    public Callback? Callback { get; set; }

    /// <summary>When it runs by itself; a batch with one is recurring.</summary>
    public Schedule? Schedule { get; set; }

    /// <summary>Rises with each change of the schedule.</summary>
    public int ScheduleRevision { get; set; }

    /// <summary>The last fires of this schedule that were heard, so that a repeated message changes nothing.</summary>
    public IReadOnlyList<DateTime> Fires { get; set; } = [];

    /// <summary>A fire waits for the run to end.</summary>
    public bool FireQueued { get; set; }

    public string? Dialect { get; set; }

    public string? DialectDocument { get; set; }

    /// <summary>Rises with each accepted append; a run sees the jobs of the revision that it pinned.</summary>
    public int Revision { get; set; }

    /// <summary>The index that the next job gets; never falls.</summary>
    public int NextIndex { get; set; }

    /// <summary>Jobs in the current revision.</summary>
    public int Total { get; set; }

    /// <summary>The current revision's jobs by namespace.</summary>
    public IReadOnlyList<LaneCount> Lanes { get; set; } = [];

    /// <summary>The shortest deadline that a job has of its own; 0 when none has. May be that of a job since removed.</summary>
    public int ShortestDeadlineSeconds { get; set; }

    /// <summary>The latest run, 0 before the first.</summary>
    public int Run { get; set; }

    /// <summary>Rises with each start.</summary>
    public int Epoch { get; set; }

    public bool Paused { get; set; }

    /// <summary>While paused: since when, so that deadlines can stand still.</summary>
    public DateTime? PausedAt { get; set; }

    public string? PauseReason { get; set; }

    /// <summary>A stop was accepted and its <c>batch.stopped</c> is not announced yet.</summary>
    public bool StopOwed { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime UpdatedAt { get; set; }

    /// <summary>Of the latest run.</summary>
    public DateTime? CommittedAt { get; set; }

    /// <summary>Of the latest run: when a worker picked up its first slice.</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>When the batch was last stopped or finished; null while it is neither.</summary>
    public DateTime? EndedAt { get; set; }

    /// <summary>Answers 404 from then on; the row goes last.</summary>
    public DateTime? DeletedAt { get; set; }

    /// <summary>The last answers by command, so that a repeated command gets the same one.</summary>
    public IReadOnlyList<CommandReply> Replies { get; set; } = [];
}
