using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Makes the call that a job stands for.</summary>
internal interface IJobExecutor
{
    /// <param name="slice">Whose job it is.</param>
    /// <param name="job">The job.</param>
    /// <param name="abort">Ends the call; what that means for the job is in the answer, not an exception.</param>
    ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort);
}
