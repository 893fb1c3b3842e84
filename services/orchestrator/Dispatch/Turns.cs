namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Decides whose slice is cut next: within the highest priority the tenant with the fewest live slices for its weight, of
/// that tenant the batch with the fewest. So ten jobs are not stuck behind a million. Where there are too few slices to
/// show the weights, it is those cut so far that tell whose turn it is.
/// </summary>
internal sealed class Turns
{
    private readonly List<RunnableLane> _waiting;
    private readonly Dictionary<string, int> _liveOfTenant;
    private readonly Dictionary<long, int> _liveOfBatch;
    private readonly Served _served;

    public Turns(IEnumerable<RunnableLane> lanes, IReadOnlyList<LiveSlices> live, Served served)
    {
        _waiting = [.. lanes];
        _liveOfTenant = live.GroupBy(slices => slices.Tenant).ToDictionary(group => group.Key, group => group.Sum(slices => slices.Count));
        _liveOfBatch = live.GroupBy(slices => slices.Batch).ToDictionary(group => group.Key, group => group.Sum(slices => slices.Count));
        _served = served;
        _served.Meet(_waiting.Select(lane => lane.Lane.Tenant));
    }

    /// <summary>The next lane, or null when nothing is left to cut.</summary>
    public RunnableLane? Next() =>
        _waiting.MinBy(lane => (
            -lane.Lane.Priority,
            (_liveOfTenant.GetValueOrDefault(lane.Lane.Tenant) + 1) / lane.Weight,
            _served.Of(lane.Lane.Tenant),
            _liveOfBatch.GetValueOrDefault(lane.Lane.Batch),
            lane.Lane.Batch));

    /// <summary>Notes that a slice of the lane was cut.</summary>
    public void Took(RunnableLane lane)
    {
        _liveOfTenant[lane.Lane.Tenant] = _liveOfTenant.GetValueOrDefault(lane.Lane.Tenant) + 1;
        _liveOfBatch[lane.Lane.Batch] = _liveOfBatch.GetValueOrDefault(lane.Lane.Batch) + 1;
        _served.Add(lane.Lane.Tenant, 1 / lane.Weight);
    }

    /// <summary>Takes the lane out of this round: it is exhausted, or its upstream's limits are.</summary>
    public void Drop(RunnableLane lane) => _waiting.Remove(lane);
}

/// <summary>How much each tenant was given for its weight while it had something to run. One for the process.</summary>
internal sealed class Served
{
    private readonly Dictionary<string, double> _served = new(StringComparer.Ordinal);
    private HashSet<string> _present = new(StringComparer.Ordinal);

    /// <summary>Says who waits now. Who was away begins level with the others: absence earns nothing.</summary>
    public void Meet(IEnumerable<string> tenants)
    {
        var present = tenants.ToHashSet(StringComparer.Ordinal);
        var floor = present.Where(_present.Contains).Select(Of).DefaultIfEmpty(0).Min();
        foreach (var tenant in present.Where(tenant => !_present.Contains(tenant)))
        {
            _served[tenant] = Math.Max(floor, Of(tenant));
        }

        _present = present;
        foreach (var gone in _served.Keys.Where(tenant => !present.Contains(tenant)).ToList())
        {
            _served.Remove(gone);
        }
    }

    /// <summary>Slices cut for the tenant, each counted by one over its weight.</summary>
    public double Of(string tenant) => _served.GetValueOrDefault(tenant);

    public void Add(string tenant, double share) => _served[tenant] = Of(tenant) + share;
}
