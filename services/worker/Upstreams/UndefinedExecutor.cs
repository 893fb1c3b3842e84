using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Fails every job, when there is no definition to run it by.</summary>
internal sealed class UndefinedExecutor(string message) : IJobExecutor
{
    public ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort) =>
        ValueTask.FromResult(CallEnd.NotMade(ErrorCodes.UpstreamUndefined, message));
}
