using System.Diagnostics.Metrics;
using BatchPlatform.Defaults.Telemetry;

namespace BatchPlatform.Notifier;

/// <summary>What a notifier measures.</summary>
public sealed class NotifierMetrics
{
    private readonly Histogram<double> _attempts;
    private readonly Gauge<double> _lag;

    public NotifierMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meters.Name);
        _attempts = meter.CreateHistogram<double>("batchplatform.delivery.duration", "s", "Attempts at deliveries, by event and how they ended.");
        _lag = meter.CreateGauge<double>("batchplatform.delivery.lag", "s", "How long the delivery that has been due for longest waits to be sent.");
    }

    /// <summary>Notes one attempt.</summary>
    public void Attempted(string type, AttemptResult result, TimeSpan duration) => _attempts.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>("batchplatform.event", type), new(Meters.Outcome, result.Delivered ? "delivered" : "failed"));

    /// <summary>Notes since when the first of what waits has been due; null when nothing does.</summary>
    public void Due(DateTime? since, DateTime now) => _lag.Record(since is null ? 0 : Math.Max(0, (now - since.Value).TotalSeconds));
}
