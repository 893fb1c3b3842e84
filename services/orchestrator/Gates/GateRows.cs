using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Gates;

/// <summary>
/// The gates' rows. Whoever has one locked is the only one who deals out shares of its upstream's limits, or opens or
/// closes it; of several, they are locked in the order of their names.
/// </summary>
public static class GateRows
{
    private static readonly TimeSpan FirstClosing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstTrip = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestClosing = TimeSpan.FromMinutes(5);

    /// <summary>Locks the gates of these upstreams until the commit; makes those that are not there.</summary>
    public static async Task<IReadOnlyDictionary<string, Gate>> LockAsync(StoreDb db, IEnumerable<string> namespaces, CancellationToken cancellationToken)
    {
        var gates = new Dictionary<string, Gate>(StringComparer.Ordinal);
        foreach (var ns in namespaces.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            gates[ns] = await LockAsync(db, ns, cancellationToken);
        }

        return gates;
    }

    /// <summary>Closes an upstream at least until then; an earlier end than the one it has changes nothing.</summary>
    /// <param name="unit">The transaction.</param>
    /// <param name="ns">The upstream.</param>
    /// <param name="until">What it asked for; null when it did not say: 5 s, doubling to 5 min while it goes on asking.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it opens again.</returns>
    public static async Task<DateTime> CloseAsync(WorkUnit unit, string ns, DateTime? until, CancellationToken cancellationToken)
    {
        var gate = await TrackAsync(unit.Db, ns, cancellationToken);
        if (until is null && gate.ClosedUntil <= unit.Now)
        {
            // Calls that were in flight when it closed say the same; only those made after it opened again count.
            gate.Closings = gate.ClosedUntil + Doubled(FirstClosing, gate.Closings) > unit.Now ? gate.Closings + 1 : 1;
            until = unit.Now + Doubled(FirstClosing, gate.Closings - 1);
        }

        gate.ClosedUntil = until > gate.ClosedUntil ? until.Value : gate.ClosedUntil;
        return gate.ClosedUntil;
    }

    /// <summary>Opens the circuit breaker: nothing is called for a while, twice as long each time in a row, then one job probes.</summary>
    /// <returns>When it ends.</returns>
    public static async Task<DateTime> TripAsync(WorkUnit unit, string ns, CancellationToken cancellationToken)
    {
        var gate = await TrackAsync(unit.Db, ns, cancellationToken);
        if (gate.ClosedUntil <= unit.Now)
        {
            gate.ClosedUntil = unit.Now + Doubled(FirstTrip, gate.Trips);
            gate.Trips++;
        }

        return gate.ClosedUntil;
    }

    /// <summary>The upstream answers again.</summary>
    public static async Task HealAsync(WorkUnit unit, string ns, CancellationToken cancellationToken)
    {
        var gate = await TrackAsync(unit.Db, ns, cancellationToken);
        (gate.Trips, gate.Closings) = (0, 0);
    }

    /// <summary>Lets nobody call the upstream until it is resumed, or ends that.</summary>
    public static async Task PauseAsync(WorkUnit unit, string ns, bool paused, string? reason, CancellationToken cancellationToken)
    {
        var gate = await TrackAsync(unit.Db, ns, cancellationToken);
        (gate.Paused, gate.PauseReason) = (paused, paused ? reason : null);
    }

    private static TimeSpan Doubled(TimeSpan first, int times)
    {
        var doubled = first * Math.Pow(2, Math.Min(times, 10));
        return doubled < LongestClosing ? doubled : LongestClosing;
    }

    // Locked first and read then: what is read is what the lock's last holder left.
    private static Task<Gate> LockAsync(StoreDb db, string ns, CancellationToken cancellationToken) => db.UpdateOrInsertAsync(
        $"UPDATE gates SET rounds = rounds + 1",
        $"namespace = {ns}",
        () => new Gate { Namespace = ns, ClosedUntil = DateTime.UnixEpoch, BurstFrom = DateTime.UnixEpoch },
        cancellationToken);

    private static async Task<Gate> TrackAsync(StoreDb db, string ns, CancellationToken cancellationToken)
    {
        // A transaction may judge an upstream by several slices.
        if (db.Gates.Local.FindEntry(ns) is { } locked)
        {
            return locked.Entity;
        }

        var gate = await LockAsync(db, ns, cancellationToken);
        db.Gates.Attach(gate);
        return gate;
    }
}
