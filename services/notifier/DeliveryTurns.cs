namespace BatchPlatform.Notifier;

/// <summary>A delivery that is due, by whom it takes its turn.</summary>
/// <param name="Id">Which.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Host">Scheme, host and port of its receiver.</param>
public readonly record struct DueDelivery(Guid Id, string Tenant, string Host)
{
    /// <summary>What a tenant sends to one host.</summary>
    public string Lane => $"{Tenant}\n{Host}";
}

/// <summary>
/// Decides which due delivery is sent next: the tenants come one after the other, and within a tenant its hosts, each host with
/// a few turns at once, so that a slow one holds up nobody else. A host that did not answer has one turn until it answers. Where
/// there are several tenants none has more turns than it leaves free, so that one with many slow hosts holds up only itself. Not
/// thread-safe.
/// </summary>
/// <param name="inAll">Deliveries being sent at once.</param>
/// <param name="perHost">Of these, to one host, whichever tenants they are of.</param>
public sealed class DeliveryTurns(int inAll, int perHost)
{
    // Hosts of a tenant that may stand in line: more would make the look for other tenants' deliveries slow.
    private const int MostHosts = 1000;

    private readonly Dictionary<string, TenantLanes> _tenants = [];
    private readonly Dictionary<string, Host> _hosts = [];
    private readonly HashSet<Guid> _known = [];

    // Those that have something to send; who has had a turn goes to the end.
    private readonly LinkedList<TenantLanes> _line = new();
    private int _running;
    private bool _drained;

    /// <summary>There is more than one tenant. A single one has all the turns.</summary>
    public bool IsShared { get; set; }

    /// <summary>The <see cref="DueDelivery.Lane"/>s that need no more deliveries offered for now.</summary>
    public IReadOnlyCollection<string> BusyLanes =>
        [.. _tenants.Values.SelectMany(tenant => tenant.Lanes.Values).Where(lane => lane.Queued.Count > 0 || !lane.Host.HasTurn).Select(lane => lane.Name)];

    /// <summary>
    /// More could be sent at once than are offered. Of several tenants each is sure of one turn only, however many deliveries it
    /// has: there may be others that have not been offered any.
    /// </summary>
    public bool IsHungry => _running + _tenants.Values.Sum(tenant => IsShared ? Math.Min(tenant.Ready, 1) : tenant.Ready) < inAll;

    /// <summary>Tenants that need no more deliveries offered, not even to other hosts.</summary>
    /// <param name="fed">Also those that have enough for all the turns they could get now.</param>
    public IReadOnlyCollection<string> BusyTenants(bool fed) =>
        [.. _tenants.Values.Where(tenant => tenant.Line.Count >= MostHosts || (fed && IsFed(tenant))).Select(tenant => tenant.Name)];

    /// <summary>Adds a due delivery; false when it is known already.</summary>
    public bool Offer(DueDelivery due)
    {
        if (!_known.Add(due.Id))
        {
            return false;
        }

        var lane = LaneOf(due);
        lane.Queued.Enqueue(due);
        if (lane.Queued.Count == 1)
        {
            Line(lane);
        }

        return true;
    }

    /// <summary>The next delivery to send; null when nobody has a turn.</summary>
    public DueDelivery? Take()
    {
        foreach (var tenant in _line)
        {
            if (HasTurn(tenant) && tenant.Line.FirstOrDefault(lane => lane.Host.HasTurn) is { } lane)
            {
                return Take(tenant, lane);
            }
        }

        return null;
    }

    /// <summary>Whether a host has had a turn to give and nothing to send, nor its tenant to others, since the last time.</summary>
    public bool TakeDrained()
    {
        var drained = _drained;
        _drained = false;
        return drained;
    }

    /// <summary>A delivery that was taken has ended.</summary>
    /// <param name="due">Which.</param>
    /// <param name="answered">Whether the host answered; null when it was not asked.</param>
    public void End(DueDelivery due, bool? answered)
    {
        var lane = LaneOf(due);
        _known.Remove(due.Id);
        Count(lane, -1);
        lane.Host.Turns = answered switch
        {
            true => perHost,
            false => 1,
            null => lane.Host.Turns,
        };
        _drained |= lane.Queued.Count == 0 && !IsFed(lane.Tenant);
        if (lane is { Queued.Count: 0, Running: 0 })
        {
            Forget(lane);
        }
    }

    // At the end of its tenant's line; a tenant that had nothing to send, at the end of the tenants'.
    private void Line(Lane lane)
    {
        lane.Tenant.Line.AddLast(lane);
        if (lane.Tenant.Line.Count == 1)
        {
            _line.AddLast(lane.Tenant);
        }
    }

    private DueDelivery Take(TenantLanes tenant, Lane lane)
    {
        Count(lane, 1);
        var due = lane.Queued.Dequeue();
        tenant.Line.Remove(lane);
        if (lane.Queued.Count > 0)
        {
            tenant.Line.AddLast(lane);
        }

        _line.Remove(tenant);
        if (tenant.Line.Count > 0)
        {
            _line.AddLast(tenant);
        }

        return due;
    }

    private bool HasTurn(TenantLanes tenant) => _running < inAll && (!IsShared || tenant.Running < inAll - _running);

    // Each turn that it gets is one less that is free: it can have half of the difference.
    private bool IsFed(TenantLanes tenant)
    {
        var free = inAll - _running;
        return tenant.Ready >= (IsShared ? (free - tenant.Running + 1) / 2 : free);
    }

    private void Count(Lane lane, int change)
    {
        _running += change;
        lane.Running += change;
        lane.Tenant.Running += change;
        lane.Host.Running += change;
    }

    private Lane LaneOf(DueDelivery due)
    {
        if (!_tenants.TryGetValue(due.Tenant, out var tenant))
        {
            _tenants.Add(due.Tenant, tenant = new TenantLanes(due.Tenant));
        }

        if (tenant.Lanes.TryGetValue(due.Host, out var lane))
        {
            return lane;
        }

        if (!_hosts.TryGetValue(due.Host, out var host))
        {
            _hosts.Add(due.Host, host = new Host(due.Host, perHost));
        }

        host.Lanes++;
        tenant.Lanes.Add(due.Host, lane = new Lane(due.Lane, tenant, host));
        return lane;
    }

    private void Forget(Lane lane)
    {
        var (tenant, host) = (lane.Tenant, lane.Host);
        tenant.Lanes.Remove(host.Name);
        if (tenant.Lanes.Count == 0)
        {
            _tenants.Remove(tenant.Name);
        }

        if (--host.Lanes == 0)
        {
            _hosts.Remove(host.Name);
        }
    }

    private sealed class TenantLanes(string name)
    {
        public string Name => name;

        public Dictionary<string, Lane> Lanes { get; } = [];

        // Those with something to send; the one that has had a turn goes to the end.
        public LinkedList<Lane> Line { get; } = new();

        public int Running { get; set; }

        // What its hosts would take at once.
        public int Ready => Line.Sum(lane => Math.Min(lane.Queued.Count, Math.Max(lane.Host.Turns - lane.Host.Running, 0)));
    }

    private sealed class Host(string name, int turns)
    {
        public string Name => name;

        public int Turns { get; set; } = turns;

        public int Running { get; set; }

        public int Lanes { get; set; }

        public bool HasTurn => Running < Turns;
    }

    private sealed class Lane(string name, TenantLanes tenant, Host host)
    {
        public string Name => name;

        public TenantLanes Tenant => tenant;

        public Host Host => host;

        public Queue<DueDelivery> Queued { get; } = new();

        public int Running { get; set; }
    }
}
