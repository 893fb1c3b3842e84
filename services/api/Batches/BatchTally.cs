using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>What the store says of a batch's latest run and of the run that it retries, if it does.</summary>
internal sealed record BatchTally
{
    /// <summary>Jobs of the batch's current revision.</summary>
    public int BatchTotal { get; init; }

    /// <summary>Jobs of the run of all jobs; null before the first run.</summary>
    public int? RootTotal { get; init; }

    /// <summary>Completed in that run or in one of its retries.</summary>
    public int Completed { get; init; }

    /// <summary>Completed in the latest run alone.</summary>
    public int RunCompleted { get; init; }

    /// <summary>Failed in the latest run, which had all jobs that were failed before.</summary>
    public int RunFailed { get; init; }

    /// <summary>Jobs in slices that no worker holds yet.</summary>
    public int Queued { get; init; }

    /// <summary>Jobs in slices that a worker holds.</summary>
    public int Processing { get; init; }

    public DateTime? RunCreatedAt { get; init; }

    public DateTime? SettledAt { get; init; }

    /// <summary>The view with its counts, its rate and its links.</summary>
    public BatchView Complete(BatchView view, DateTime now, PublicOptions at)
    {
        var counts = Counts();
        var rate = JobsPerSecond(SettledAt ?? view.EndedAt ?? now);
        return view with
        {
            Counts = counts,
            Progress = counts.Total == 0 ? 0 : Math.Round((double)(counts.Completed + counts.Failed) / counts.Total, 4),
            JobsPerSecond = rate,
            EtaSeconds = EtaSeconds(view, counts.Total - counts.Completed - counts.Failed, rate),
            Links = BatchLinks.Of(view.Id, at),
        };
    }

    // A slice counts its jobs without an outcome, so that nothing here grows with the batch. Whatever is neither over
    // nor in a live slice is pending.
    private BatchCounts Counts()
    {
        var total = RootTotal ?? BatchTotal;
        return new BatchCounts
        {
            Total = total,
            Pending = Math.Max(0, total - Completed - RunFailed - Queued - Processing),
            Queued = Queued,
            Processing = Processing,
            Completed = Completed,
            Failed = RunFailed,
        };
    }

    private double? JobsPerSecond(DateTime until)
    {
        var done = RunCompleted + RunFailed;
        var seconds = (until - RunCreatedAt)?.TotalSeconds;
        return done > 0 && seconds > 0 ? Math.Round(done / seconds.Value, 3) : null;
    }

    private static double? EtaSeconds(BatchView view, int left, double? rate) => view.State switch
    {
        BatchState.Finished => 0,
        BatchState.Committed or BatchState.Running when left == 0 => 0,
        BatchState.Committed or BatchState.Running when !view.Paused && rate > 0 => Math.Ceiling(left / rate.Value),
        _ => null,
    };
}
