namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Decides whose slice is cut next: within the highest priority the tenant with the fewest live slices for its weight, of
/// that tenant the batch with the fewest. So ten jobs are not stuck behind a million. What was cut before counts a
/// little too: where only few slices are live at once, they cannot show the weights.
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
            (_liveOfTenant.GetValueOrDefault(lane.Lane.Tenant) / lane.Weight) + _served.Of(lane.Lane.Tenant),
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

/// <summary>How far each tenant is ahead of the others in slices for its weight. One for the process.</summary>
internal sealed class Served
{
    // Bounded, so that a tenant whose slices take long does not pile them up in every worker, only because the others'
    // are over sooner.
    private const double LongestLead = 3;

    private readonly Dictionary<string, double> _lead = new(StringComparer.Ordinal);

    /// <summary>Says who waits now. Who was away begins level with the last of the others: absence earns nothing.</summary>
    public void Meet(IEnumerable<string> tenants)
    {
        var present = tenants.ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _lead.Keys.Where(tenant => !present.Contains(tenant)).ToList())
        {
            _lead.Remove(gone);
        }

        foreach (var tenant in present)
        {
            _lead.TryAdd(tenant, 0);
        }
    }

    /// <summary>The tenant's lead over the last.</summary>
    public double Of(string tenant) => _lead.GetValueOrDefault(tenant);

    /// <summary>Notes that a slice was cut for the tenant, for its weight.</summary>
    public void Add(string tenant, double share)
    {
        _lead[tenant] = Math.Min(Of(tenant) + share, LongestLead);
        var last = _lead.Values.Min();
        foreach (var other in _lead.Keys.ToList())
        {
            _lead[other] -= last;
        }
    }
}
