using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>Ways to let a call end.</summary>
internal static class ExecutorCalls
{
    public static Task<CallEnd> CallAsync(this HttpExecutor executor, PackedJob job, CancellationToken abort = default) =>
        executor.ExecuteAsync(Given.Slice(), job, abort).AsTask();

    /// <summary>For an upstream that does not answer: lets the definition's timeout pass.</summary>
    public static async Task<CallEnd> CallUntilTimeoutAsync(this HttpExecutor executor, TestUpstream upstream, FakeClock clock)
    {
        var call = executor.CallAsync(Given.Job());
        await Eventually.Equal(1, () => upstream.InFlight);
        clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        return await call;
    }

    /// <summary>For an upstream that does not answer: ends the call from our side.</summary>
    public static async Task<CallEnd> CallUntilAbortedAsync(this HttpExecutor executor, TestUpstream upstream)
    {
        using var abort = new CancellationTokenSource();
        var call = executor.CallAsync(Given.Job(), abort.Token);
        await Eventually.Equal(1, () => upstream.InFlight);
        await abort.CancelAsync();
        return await call;
    }
}
