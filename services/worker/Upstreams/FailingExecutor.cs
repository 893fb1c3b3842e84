using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Fails every job without a call, when its upstream cannot be called at all.</summary>
internal sealed class FailingExecutor(string code, string message) : IJobExecutor
{
    public ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort) =>
        ValueTask.FromResult(CallEnd.NotMade(code, message));
}
