using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Tables;

/// <summary>How one job of a run ended; written once, never changed. Written by the orchestrator only.</summary>
public sealed class Outcome
{
    public long Batch { get; set; }

    public int Run { get; set; }

    public int Index { get; set; }

    /// <summary>Arrival number within the run, from 1, without gaps.</summary>
    public int Seq { get; set; }

    /// <summary>Completed or Failed.</summary>
    public JobState State { get; set; }

    public int StatusCode { get; set; }

    /// <summary>Raw JSON; null when there was no answer.</summary>
    public string? Response { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public int Attempts { get; set; }

    public int DurationMs { get; set; }

    public DateTime CompletedAt { get; set; }
}
