using BatchPlatform.Testing.Ledger;

namespace BatchPlatform.Chaos.Tests.Faults;

/// <summary>Draws faults: every kind once in random order, then all of them anew, each time with another victim.</summary>
internal sealed class FaultDeck(Fleet fleet, CallbackReceiver receiver, Random random)
{
    /// <summary>The kind after which the upstream's log of calls may lack some.</summary>
    public const string UpstreamKilled = "upstream dead";

    private readonly Queue<Func<Fault>> _kinds = new();

    /// <summary>So many faults, or fewer: two that befall the same do not come at once.</summary>
    public IReadOnlyList<Fault> Draw(int atOnce) =>
        [.. Enumerable.Range(0, atOnce).Select(_ => Next()).DistinctBy(fault => fault.Victim, StringComparer.Ordinal)];

    private Fault Next()
    {
        if (_kinds.Count == 0)
        {
            Func<Fault>[] kinds =
            [
                Killed, Frozen, GatewayKilled,
                () => Server("broker restarted", "rabbitmq", "TERM"),
                () => Server("broker killed", "rabbitmq", "KILL"),
                () => Server("database restarted", "postgres", "INT"),
                () => Server("database crashed", "postgres", "QUIT"),
                () => Network(Weather.Slow), () => Network(Weather.Silent), () => Network(Weather.Resetting),
                UpstreamDead, ReceiverDown,
            ];
            random.Shuffle(kinds);
            Array.ForEach(kinds, _kinds.Enqueue);
        }

        return _kinds.Dequeue()();
    }

    private Fault Killed()
    {
        var victim = Service();
        return new Fault("process killed", victim.Name, Seconds(0.5, 4), victim.KillAsync, victim.StartAsync);
    }

    private Fault GatewayKilled()
    {
        var gateway = fleet.Members.Single(member => member.Name == "gateway");
        return new Fault("gateway killed", gateway.Name, Seconds(0.2, 2), gateway.KillAsync, gateway.StartAsync);
    }

    // Now and then for longer than any lease is.
    private Fault Frozen()
    {
        var victim = Service();
        var length = random.Next(4) == 0 ? Seconds(25, 35) : Seconds(2, 8);
        return new Fault("process frozen", victim.Name, length, () => Done(victim.Freeze), () => Done(victim.Thaw));
    }

    private Fault Server(string kind, string server, string signal) => new(
        kind, server, Seconds(0.2, 4), () => fleet.Servers.HaltAsync(server, signal), () => fleet.Servers.ResumeAsync(server));

    private Fault Network(Weather weather)
    {
        var victim = Service();
        var (network, server) = victim.Store is { } store && random.Next(2) == 0 ? (store, "database") : (victim.Bus!, "broker");
        return new Fault(
            $"network {weather}".ToLowerInvariant(), $"{victim.Name} to {server}", Seconds(2, 12),
            () => Done(() => network.Turn(weather)), () => Done(() => network.Turn(Weather.Fair)));
    }

    private Fault UpstreamDead() =>
        new(UpstreamKilled, fleet.Upstream.Name, Seconds(1, 6), fleet.Upstream.KillAsync, fleet.Upstream.StartAsync);

    // Not for longer than the 5 s after which a callback is tried for the second time: the third time is minutes later.
    private Fault ReceiverDown() =>
        new("receiver down", "receiver", Seconds(1, 4), () => Done(() => receiver.IsDown = true), () => Done(() => receiver.IsDown = false));

    private Member Service()
    {
        var services = fleet.Members.FindAll(member => member.Bus is not null);
        return services[random.Next(services.Count)];
    }

    private TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least)));

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
