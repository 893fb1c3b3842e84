using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Slices;

/// <summary>
/// Remembers stops, for slices that were still in the broker when the stop was told. The last 10,000 of the last 10 minutes: a slice
/// that comes later was sent again, so an orchestrator is asked about it first.
/// </summary>
internal sealed class StoppedRuns(TimeProvider time)
{
    private const int Remembered = 10_000;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);
    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Batch, int Run), (StopRun Stop, long At)> _stops = [];
    private readonly Queue<((Guid Batch, int Run) Key, long At)> _order = new();

    public void Remember(StopRun stop)
    {
        var key = (stop.BatchId, stop.Run);
        var now = time.GetTimestamp();
        lock (_lock)
        {
            var newest = _stops.TryGetValue(key, out var known) && known.Stop.Epoch > stop.Epoch ? known.Stop : stop;
            _stops[key] = (newest, now);
            _order.Enqueue((key, now));
            Forget();
        }
    }

    public bool Covers(RunSlice slice)
    {
        lock (_lock)
        {
            return _stops.TryGetValue((slice.BatchId, slice.Run), out var known) && known.Stop.Covers(slice);
        }
    }

    private void Forget()
    {
        while (_order.TryPeek(out var oldest) && (_order.Count > Remembered || time.GetElapsedTime(oldest.At) > Memory))
        {
            _order.Dequeue();
            if (_stops.TryGetValue(oldest.Key, out var known) && known.At == oldest.At)
            {
                _stops.Remove(oldest.Key);
            }
        }
    }
}

/// <summary>What a stop is about.</summary>
internal static class Stops
{
    /// <summary>Whether the slice belongs to what was stopped: the run, cut under that start or an older one.</summary>
    public static bool Covers(this StopRun stop, RunSlice slice) =>
        stop.BatchId == slice.BatchId && stop.Run == slice.Run && slice.Epoch <= stop.Epoch;
}
