using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Gates;

/// <summary>
/// Judges from what workers report whether an upstream is down. Each orchestrator judges by the reports that it took
/// itself: enough of them reach each.
/// </summary>
public sealed class Breaker(TimeProvider time, IOptions<OrchestratorOptions> options)
{
    private readonly ConcurrentDictionary<string, Sample> _samples = new(StringComparer.Ordinal);

    /// <summary>Counts calls and how many of them the upstream was to blame for; true when it is time to leave it alone.</summary>
    public bool Count(string ns, int calls, int faults)
    {
        var sample = _samples.GetOrAdd(ns, _ => new Sample());
        lock (sample)
        {
            if (sample.Calls == 0 || time.GetElapsedTime(sample.Since).TotalSeconds > options.Value.BreakerSeconds)
            {
                (sample.Calls, sample.Faults, sample.Since) = (0, 0, time.GetTimestamp());
            }

            sample.Calls += calls;
            sample.Faults += faults;
            if (sample.Calls < options.Value.BreakerCalls || sample.Faults < sample.Calls * options.Value.BreakerRate)
            {
                return false;
            }

            sample.Calls = 0;
            return true;
        }
    }

    /// <summary>Whether an outcome says that the upstream is not well, rather than that it did not like the job.</summary>
    public static bool IsFault(PackedOutcome outcome) =>
        outcome is { ErrorCode: ErrorCodes.UpstreamUnreachable or ErrorCodes.UpstreamTimeout } or { Completed: false, StatusCode: >= 500 };

    private sealed class Sample
    {
        public int Calls { get; set; }

        public int Faults { get; set; }

        public long Since { get; set; }
    }
}
