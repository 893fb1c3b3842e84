using System.Collections.Frozen;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Actions that run in the worker without HTTP: for measuring the platform without an upstream's cost.</summary>
internal sealed class InProcessExecutor : IJobExecutor
{
    private static readonly FrozenDictionary<(string Namespace, string Action), Func<PackedJob, CallEnd>> Actions =
        new Dictionary<(string, string), Func<PackedJob, CallEnd>>
        {
            [("bench", "noop")] = _ => CallEnd.Completed(200, NoopResponse),
        }.ToFrozenDictionary();

    // About as long as a typical small answer.
    private static readonly byte[] NoopResponse =
        """
        {"status":"ok","message":"This action does nothing but answer, at about the length of a small real answer.","items":[{"id":1,"state":"accepted"},{"id":2,"state":"accepted"},{"id":3,"state":"accepted"}]}
        """u8.ToArray();

    public ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort) => ValueTask.FromResult(
        Actions.TryGetValue((slice.Namespace, job.Action), out var action)
            ? action(job)
            : CallEnd.NotMade(ErrorCodes.UnknownAction, $"There is no built-in action '{job.Action}' in '{slice.Namespace}'."));
}
