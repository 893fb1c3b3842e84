using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Reading;

/// <summary>Adds up what orchestrators wrote of one point after the other.</summary>
internal sealed class ActivitySum
{
    // Every orchestrator sees all that waits; each tenant's is its own.
    private readonly Dictionary<string, (long Pending, long Queued, long Processing)> _mostSeen = new(StringComparer.Ordinal);

    private long _completed;
    private long _failed;
    private CallDurations _durations = CallDurations.None;

    public void Add(ActivityStep step)
    {
        _completed += step.Completed;
        _failed += step.Failed;
        _durations = _durations.With(step.Durations);
        var (pending, queued, processing) = _mostSeen.GetValueOrDefault(step.Tenant);
        _mostSeen[step.Tenant] = (Math.Max(pending, step.Pending), Math.Max(queued, step.Queued), Math.Max(processing, step.Processing));
    }

    /// <summary>Makes the point that began then, and begins the next.</summary>
    public ActivityPoint Take(DateTime at)
    {
        var point = new ActivityPoint(
            at,
            _completed,
            _failed,
            _durations.Quantile(0.5),
            _durations.Quantile(0.95),
            _mostSeen.Values.Sum(seen => seen.Pending),
            _mostSeen.Values.Sum(seen => seen.Queued),
            _mostSeen.Values.Sum(seen => seen.Processing));
        (_completed, _failed, _durations) = (0, 0, CallDurations.None);
        _mostSeen.Clear();
        return point;
    }
}
