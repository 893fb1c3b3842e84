using System.Globalization;
using System.Text.Json.Nodes;
using BatchPlatform.Chaos.Tests.Faults;
using BatchPlatform.Testing;
using BatchPlatform.Testing.Ledger;

namespace BatchPlatform.Chaos.Tests;

/// <summary>One run: clients submit, faults come and go, then all must end and the ledger is checked.</summary>
internal sealed class ChaosRun(ChaosOptions options, Fleet fleet, CallbackReceiver receiver, Action<string> log)
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestCalm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly Random _random = new(options.Seed);
    private readonly Bookkeeper _books = new(fleet.Client);
    private readonly long _began = TimeProvider.System.GetTimestamp();

    /// <summary>Starts everything, runs it, and stops everything.</summary>
    public static async Task<ChaosReport> OfAsync(ChaosOptions options, Action<string> log)
    {
        var calls = Path.Combine(Path.GetTempPath(), $"chaos-calls-{Guid.NewGuid():N}.ndjson");
        await using var receiver = await CallbackReceiver.StartAsync();
        var upstream = new Dictionary<string, string?> { ["Sample__LogFile"] = calls, ["Sample__LatencyMilliseconds"] = "20", ["Sample__FailureRate"] = "0.02" };
        await using var fleet = await Fleet.StartAsync(await ScratchServers.StartAsync(), upstream, Samples.Settings);
        try
        {
            return await new ChaosRun(options, fleet, receiver, log).RunAsync(calls);
        }
        finally
        {
            File.Delete(calls);
        }
    }

    private async Task<ChaosReport> RunAsync(string calls)
    {
        var recovery = new Recovery(RunOneBatchAsync);
        using var stop = new CancellationTokenSource();
        var clients = new Workload(_books, receiver.Url).RunAsync(options.Clients, options.Seed, stop.Token);

        await InjectAsync(new FaultDeck(fleet, receiver, _random), recovery, clients);
        var calm = TimeProvider.System.GetTimestamp();
        await stop.CancelAsync();
        await clients;
        var ledger = new LedgerCheck(fleet.Client, _books.Accepted, _books.Refused) { GivenUp = _books.GivenUp };
        await ledger.WaitAsync(TimeToEnd, receiver);
        var took = TimeProvider.System.GetElapsedTime(calm);

        var upstream = UpstreamCalls.Read([calls], isWhole: !recovery.Times.ContainsKey(FaultDeck.UpstreamKilled));
        var report = await ledger.RunAsync(upstream, receiver.Notes);
        var ends = fleet.Members.SelectMany(member => member.LastWords.Select(words => $"{member.Name} ended by itself:\n{words[^Math.Min(words.Length, 4000)..]}"));
        return new ChaosReport(options, report, recovery.Times, took, _books.Repeated, [.. ends]);
    }

    /// <summary>One fault after the other, now and then two at once, each until the platform has recovered from it.</summary>
    private async Task InjectAsync(FaultDeck deck, Recovery recovery, Task clients)
    {
        while (Elapsed < options.Length && !clients.IsCompleted)
        {
            await Task.Delay(_random.NextDouble() * LongestCalm, TimeProvider.System);
            var faults = deck.Draw(atOnce: _random.Next(5) == 0 ? 2 : 1);
            log(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} {string.Join(" and ", faults.Select(fault => $"{fault.Kind} ({fault.Victim}, {fault.Length.TotalSeconds:0.0} s)"))}"));
            await Task.WhenAll(faults.Select(LiveThroughAsync));
            var took = await recovery.MeasureAsync(faults.Select(fault => fault.Kind));
            log(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} recovered after {took.TotalSeconds:0.0} s"));
        }
    }

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_began);

    private static async Task LiveThroughAsync(Fault fault)
    {
        await fault.BeginAsync();
        await Task.Delay(fault.Length, TimeProvider.System);
        await fault.EndAsync();
    }

    private async Task RunOneBatchAsync()
    {
        var job = new JsonObject { ["namespace"] = "places", ["action"] = "lookup", ["params"] = new JsonObject { ["name"] = "Lisbon" } };
        var batch = (await _books.CreateAsync("probe", new JsonObject { ["commit"] = true, ["jobs"] = new JsonArray(job) }))!;
        while ((string?)Bookkeeper.Accept(await _books.AskAsync(HttpMethod.Get, $"/v1/batches/{batch.Id:D}")).Json["state"] != "Finished")
        {
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
