namespace BatchPlatform.Notifier;

/// <summary>
/// Decides which due delivery is sent next: each host has a queue and a few turns at once, and the hosts come one after the
/// other, so that a slow one holds up nobody else. A host that did not answer has one turn until it answers. Not thread-safe.
/// </summary>
/// <param name="inAll">Deliveries being sent at once.</param>
/// <param name="perHost">Of these, to one host.</param>
public sealed class HostTurns(int inAll, int perHost)
{
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly Queue<Lane> _next = new();
    private readonly HashSet<Guid> _known = [];
    private int _running;
    private bool _drained;

    /// <summary>Hosts that need no more deliveries offered for now.</summary>
    public IReadOnlyCollection<string> BusyHosts => [.. _lanes.Values.Where(lane => lane.Queued.Count > 0 || !lane.HasTurn).Select(lane => lane.Host)];

    /// <summary>More could be sent at once than are offered.</summary>
    public bool IsHungry => _running + _lanes.Values.Sum(lane => Math.Min(lane.Queued.Count, Math.Max(lane.Turns - lane.Running, 0))) < inAll;

    /// <summary>Adds a due delivery; false when it is known already.</summary>
    public bool Offer(Guid id, string host)
    {
        if (!_known.Add(id))
        {
            return false;
        }

        if (!_lanes.TryGetValue(host, out var lane))
        {
            _lanes.Add(host, lane = new Lane(host, perHost));
        }

        lane.Queued.Enqueue(id);
        Line(lane);
        return true;
    }

    /// <summary>The next delivery to send; null when nobody has a turn.</summary>
    public (Guid Id, string Host)? Take()
    {
        while (_running < inAll && _next.TryDequeue(out var lane))
        {
            lane.IsInLine = false;
            if (!lane.HasTurn)
            {
                continue; // It lost its turns while it stood in line.
            }

            lane.Running++;
            _running++;
            var id = lane.Queued.Dequeue();
            Line(lane);
            return (id, lane.Host);
        }

        return null;
    }

    /// <summary>Whether a host has had a turn to give and nothing to send since the last time.</summary>
    public bool TakeDrained()
    {
        var drained = _drained;
        _drained = false;
        return drained;
    }

    /// <summary>A delivery that was taken has ended.</summary>
    /// <param name="id">Which.</param>
    /// <param name="host">Its host.</param>
    /// <param name="answered">Whether the host answered; null when it was not asked.</param>
    public void End(Guid id, string host, bool? answered)
    {
        var lane = _lanes[host];
        _known.Remove(id);
        _running--;
        lane.Running--;
        _drained |= lane.Queued.Count == 0;
        lane.Turns = answered switch
        {
            true => perHost,
            false => 1,
            null => lane.Turns,
        };
        Line(lane);
        if (lane is { Queued.Count: 0, Running: 0 })
        {
            _lanes.Remove(host);
        }
    }

    // At the end of the line, once, while it has both a delivery and a turn.
    private void Line(Lane lane)
    {
        if (!lane.IsInLine && lane.Queued.Count > 0 && lane.HasTurn)
        {
            lane.IsInLine = true;
            _next.Enqueue(lane);
        }
    }

    private sealed class Lane(string host, int turns)
    {
        public string Host => host;

        public Queue<Guid> Queued { get; } = new();

        public int Turns { get; set; } = turns;

        public int Running { get; set; }

        public bool IsInLine { get; set; }

        public bool HasTurn => Running < Turns;
    }
}
