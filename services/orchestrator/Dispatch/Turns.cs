namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Decides whose slice is cut next: within the highest priority the tenant with the fewest live slices, of that tenant
/// the batch with the fewest. So ten jobs are not stuck behind a million.
/// </summary>
internal sealed class Turns
{
    private readonly List<RunnableLane> _waiting;
    private readonly Dictionary<string, int> _liveOfTenant;
    private readonly Dictionary<long, int> _liveOfBatch;

    public Turns(Outlook outlook)
    {
        _waiting = [.. outlook.Lanes.Where(lane => !outlook.Closed.Contains(lane.Lane.Namespace))];
        _liveOfTenant = outlook.Live.GroupBy(slices => slices.Tenant).ToDictionary(group => group.Key, group => group.Sum(slices => slices.Count));
        _liveOfBatch = outlook.Live.GroupBy(slices => slices.Batch).ToDictionary(group => group.Key, group => group.Sum(slices => slices.Count));
    }

    /// <summary>The next lane, or null when nothing is left to cut.</summary>
    public RunnableLane? Next() =>
        _waiting.MinBy(lane => (
            -lane.Lane.Priority,
            _liveOfTenant.GetValueOrDefault(lane.Lane.Tenant),
            _liveOfBatch.GetValueOrDefault(lane.Lane.Batch),
            lane.Lane.Batch));

    /// <summary>Notes that a slice of the lane was cut.</summary>
    public void Took(RunnableLane lane)
    {
        _liveOfTenant[lane.Lane.Tenant] = _liveOfTenant.GetValueOrDefault(lane.Lane.Tenant) + 1;
        _liveOfBatch[lane.Lane.Batch] = _liveOfBatch.GetValueOrDefault(lane.Lane.Batch) + 1;
    }

    /// <summary>Takes the lane out of this round: it is exhausted, or its upstream's limits are.</summary>
    public void Drop(RunnableLane lane) => _waiting.Remove(lane);
}
