using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Uploads;

/// <summary>Counts an upload's jobs by namespace.</summary>
public sealed class LaneTally
{
    private readonly Dictionary<string, (int First, int Count)> _lanes = new(StringComparer.Ordinal);

    public IReadOnlyList<LaneCount> Lanes => [.. _lanes.Select(lane => new LaneCount(lane.Key, lane.Value.First, lane.Value.Count))];

    public void Add(string ns, int index)
    {
        var (first, count) = _lanes.GetValueOrDefault(ns, (First: index, Count: 0));
        _lanes[ns] = (first, count + 1);
    }
}
