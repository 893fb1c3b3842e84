using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Tables;

/// <summary>When a scheduled batch runs next, and what became of its last fire. Written by the orchestrator only.</summary>
public sealed class ScheduledBatch
{
    public long Batch { get; set; }

    public Guid BatchId { get; set; }

    public string Tenant { get; set; } = "";

    /// <summary>The batch's <see cref="Tables.Batch.ScheduleRevision"/>: changed together with it.</summary>
    public int Revision { get; set; }

    /// <summary>The next time of the schedule; null when there is none, or it is not enabled.</summary>
    public DateTime? PlannedAt { get; set; }

    /// <summary>When that fires: <see cref="PlannedAt"/> and the jitter drawn for it. Advanced only from the value that was read.</summary>
    public DateTime? NextAt { get; set; }

    /// <summary>The planned time of the last fire.</summary>
    public DateTime? LastFireAt { get; set; }

    public FireResult? LastResult { get; set; }

    /// <summary>The run that the last fire began.</summary>
    public int? LastRun { get; set; }
}
