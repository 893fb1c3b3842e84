using BatchPlatform.Contracts;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>Makes the messages that carry slices.</summary>
internal static class Messages
{
    /// <summary>The grant of these jobs to whoever takes the message.</summary>
    public static RunSlice RunSlice(RunnableLane runnable, Grant grant, Guid id, IReadOnlyList<PackedJob> jobs, bool mustAsk)
    {
        var lane = runnable.Lane;
        return new RunSlice(
            id, lane.BatchId, lane.Batch, lane.Run, lane.Epoch, lane.Namespace, grant.Upstream.Version,
            grant.Share.Concurrency, grant.Share.CallsPerSecond, runnable.StopOnJobError, mustAsk, runnable.DeadlinesFrom, runnable.Deadline, JobBlock.Pack(jobs), grant.Burst);
    }

    /// <summary>As many of the jobs, from the first on, as one message may carry.</summary>
    public static IReadOnlyList<PackedJob> WithinBytes(IReadOnlyList<PackedJob> jobs)
    {
        var (count, bytes) = (0, 0);
        while (count < jobs.Count && (count == 0 || bytes + jobs[count].Params.Length <= Limits.SliceBytes))
        {
            bytes += jobs[count++].Params.Length;
        }

        return count == jobs.Count ? jobs : [.. jobs.Take(count)];
    }
}
