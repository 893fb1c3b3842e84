using BatchPlatform.Testing;
using BatchPlatform.Testing.Ledger;
using Xunit.Abstractions;

namespace BatchPlatform.Chaos.Tests;

/// <summary>A power cut leaves the database's log with a torn end: the program starts on it, and what had been synced is there.</summary>
public sealed class StandaloneTornLogTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Random _random = new(Random.Shared.Next());

    [Fact]
    public async Task A_write_that_was_torn_at_the_end_of_the_log_takes_nothing_with_it()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        await using var host = await StandaloneHost.StartAsync();
        var books = new Bookkeeper(host.Client);
        await SubmitAsync(books, receiver, count: 20);

        await host.KillAsync();
        await using (var log = File.OpenWrite(LogOf(host)))
        {
            // Neither whole nor ours: a frame that never was committed, half of it as the disk had it before.
            log.Seek(0, SeekOrigin.End);
            var torn = new byte[_random.Next(1, 10_000)];
            _random.NextBytes(torn);
            await log.WriteAsync(torn);
        }

        await RestartAsync(host);
        await HoldsAsync(host, receiver, books, knowsAll: true);
    }

    [Fact]
    public async Task When_the_end_of_the_log_is_gone_everything_before_it_is_there()
    {
        for (var round = 0; round < LongSuite.Cases(sample: 1, full: 20); round++)
        {
            await using var receiver = await CallbackReceiver.StartAsync();
            await using var host = await StandaloneHost.StartAsync();
            var (synced, later) = (new Bookkeeper(host.Client), new Bookkeeper(host.Client));
            await SubmitAsync(synced, receiver, count: 10);
            await new LedgerCheck(host.Client, synced.Accepted, synced.Refused).WaitAsync(Patience, receiver);
            var length = new FileInfo(LogOf(host)).Length;
            await SubmitAsync(later, receiver, count: 10);

            await host.KillAsync();
            await using (var log = File.OpenWrite(LogOf(host)))
            {
                Assert.True(log.Length > length, "The log began anew: too much was written for this test.");
                output.WriteLine($"{length} bytes were synced, {log.Length} written");
                log.SetLength(_random.NextInt64(length, log.Length));
            }

            await RestartAsync(host);
            await HoldsAsync(host, receiver, synced, knowsAll: false);
        }
    }

    private static string LogOf(StandaloneHost host) => Path.Combine(host.Data, "batchplatform.db-wal");

    private Task SubmitAsync(Bookkeeper books, CallbackReceiver receiver, int count)
    {
        var workload = new Workload(books, receiver.Url) { BigJobs = 100 };
        return Task.WhenAll(Enumerable.Range(0, count).Select(_ => workload.SubmitAsync(new Random(_random.Next()))));
    }

    private static async Task RestartAsync(StandaloneHost host)
    {
        await host.LaunchAsync();
        await host.Process.WaitUntilReadyAsync(Patience);
    }

    private async Task HoldsAsync(StandaloneHost host, CallbackReceiver receiver, Bookkeeper books, bool knowsAll)
    {
        var ledger = new LedgerCheck(host.Client, books.Accepted, books.Refused) { KnowsAll = knowsAll, GivenUp = books.GivenUp };
        await ledger.WaitAsync(Patience, receiver);
        var known = books.Accepted.Select(batch => batch.Id).ToHashSet();
        var report = await ledger.RunAsync(UpstreamCalls.Read([host.CallLog]), [.. receiver.Notes.Where(note => knowsAll || known.Contains(note.Batch))]);
        output.WriteLine(report.ToString());
        Assert.True(report.Holds, $"{report}\n{host.Process.Output}");
    }
}
