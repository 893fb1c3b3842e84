using System.Collections.Concurrent;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>How long one call to an upstream keeps one of its connections busy, learned from the slices reported.</summary>
public sealed class Pace
{
    // Weight of the newest slice: follows an upstream that slows down within a handful of slices.
    private const double Newest = 0.3;

    private readonly ConcurrentDictionary<string, double> _secondsPerCall = new(StringComparer.Ordinal);

    /// <summary>Learns from jobs that took <paramref name="busySeconds"/> together at this concurrency.</summary>
    public void Learn(string ns, int jobs, double busySeconds, int concurrency)
    {
        if (jobs <= 0)
        {
            return;
        }

        var seconds = busySeconds * Math.Min(concurrency, jobs) / jobs;
        _secondsPerCall.AddOrUpdate(ns, seconds, (_, old) => (old * (1 - Newest)) + (seconds * Newest));
    }

    /// <summary>Jobs that keep <paramref name="concurrency"/> connections busy for about so long; a cautious guess for an upstream not seen yet.</summary>
    public int JobsFor(string ns, double seconds, int concurrency) =>
        _secondsPerCall.TryGetValue(ns, out var perCall)
            ? (int)Math.Clamp(seconds * concurrency / Math.Max(perCall, 1e-6), 1, Contracts.Limits.SliceJobs)
            : Math.Clamp(concurrency * 4, 1, Contracts.Limits.SliceJobs);
}
