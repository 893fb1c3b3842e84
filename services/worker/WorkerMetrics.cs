using System.Diagnostics.Metrics;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Worker.Upstreams;

namespace BatchPlatform.Worker;

/// <summary>What a worker measures. Costs next to nothing while nobody collects it.</summary>
public sealed class WorkerMetrics
{
    private readonly Histogram<double> _jobs;
    private readonly Histogram<double> _slices;

    public WorkerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meters.Name);
        _jobs = meter.CreateHistogram<double>("batchplatform.job.duration", "s", "Attempts at jobs, by upstream and how they ended.");
        _slices = meter.CreateHistogram<double>("batchplatform.slice.duration", "s", "Slices, from taken to given up, by upstream.");
    }

    /// <summary>Notes one attempt at a job.</summary>
    internal void JobEnded(string ns, CallEnd end, TimeSpan duration)
    {
        if (_jobs.Enabled)
        {
            _jobs.Record(duration.TotalSeconds, new(Meters.Upstream, ns), new(Meters.Outcome, Word(end.Fate)), new(Meters.ErrorType, end.ErrorCode));
        }
    }

    /// <summary>Notes a slice that is out of this worker's hands.</summary>
    public void SliceEnded(string ns, TimeSpan duration) => _slices.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(Meters.Upstream, ns));

    private static string Word(CallFate fate) => fate switch
    {
        CallFate.Completed => "completed",
        CallFate.Failed => "failed",
        CallFate.UpstreamClosed => "closed",
        _ => "aborted",
    };
}
