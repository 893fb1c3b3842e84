using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>When a failed call is tried again: exponential, with full jitter, so that jobs that failed together do not come back together.</summary>
internal static class Backoff
{
    /// <param name="policy">The upstream's.</param>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="time">The clock.</param>
    /// <returns>UTC; between now and <see cref="Longest"/> from now.</returns>
    public static DateTime DueAt(RetryPolicy policy, int attempt, TimeProvider time) =>
        time.GetUtcNow().UtcDateTime + (Longest(policy, attempt) * Random.Shared.NextDouble());

    public static TimeSpan Longest(RetryPolicy policy, int attempt) =>
        TimeSpan.FromSeconds(Math.Min(policy.CapSeconds, policy.BaseSeconds * Math.Pow(2, attempt - 1)));
}
