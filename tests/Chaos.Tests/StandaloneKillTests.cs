using System.Globalization;
using BatchPlatform.Testing;
using BatchPlatform.Testing.Ledger;
using Xunit.Abstractions;

namespace BatchPlatform.Chaos.Tests;

/// <summary>The standalone program is killed at random moments, and started again each time: nothing accepted may be lost.</summary>
public sealed class StandaloneKillTests(ITestOutputHelper output)
{
    private const int Clients = 16;
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Killed_at_random_moments_it_loses_nothing_and_counts_nothing_twice()
    {
        var seed = Number("BP_CHAOS_SEED") ?? Random.Shared.Next();
        var kills = Number("BP_CHAOS_KILLS") ?? LongSuite.Cases(sample: 5, full: 200);
        output.WriteLine($"BP_CHAOS_SEED={seed}, {kills} kills");
        await using var receiver = await CallbackReceiver.StartAsync();
        await using var host = await StandaloneHost.StartAsync(new Dictionary<string, string?> { ["Sample__FailureRate"] = "0.02" });
        var books = new Bookkeeper(host.Client) { Patience = TimeSpan.FromHours(1) }; // Some lives are too short for a large upload.
        using var stop = new CancellationTokenSource();
        var clients = new Workload(books, receiver.Url).RunAsync(Clients, seed, stop.Token);

        var young = await KillAsync(host, new Random(seed), kills);
        await stop.CancelAsync();
        var began = TimeProvider.System.GetTimestamp();
        await clients;
        var ledger = new LedgerCheck(host.Client, books.Accepted, books.Refused) { GivenUp = books.GivenUp };
        await ledger.WaitAsync(TimeToEnd, receiver);
        output.WriteLine($"{kills} kills, {young} of them before it was ready; all had ended {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after the last start; {books.Repeated} requests were repeated");

        var report = await ledger.RunAsync(UpstreamCalls.Read([host.CallLog]), receiver.Notes);
        output.WriteLine(report.ToString());
        Assert.True(report.Holds, $"BP_CHAOS_SEED={seed}\n{report}\n{host.Process.Output}");
    }

    /// <summary>Lets the program live for a random time, now and then not until it is ready.</summary>
    private static async Task<int> KillAsync(StandaloneHost host, Random random, int kills)
    {
        var young = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            var isYoung = random.Next(4) == 0;
            young += isYoung ? 1 : 0;
            if (!isYoung)
            {
                await host.Process.WaitUntilReadyAsync(TimeSpan.FromMinutes(1));
            }

            await Task.Delay(random.NextDouble() * LongestLife, TimeProvider.System);
            await host.KillAsync();
            await host.LaunchAsync();
        }

        await host.Process.WaitUntilReadyAsync(TimeSpan.FromMinutes(1));
        return young;
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
