using BatchPlatform.Testing;
using BatchPlatform.Testing.Ledger;
using Xunit.Abstractions;

namespace BatchPlatform.Chaos.Tests;

/// <summary>The schema of the next version comes while batches run; the programs, which know nothing of it, lose nothing and can be started again on it.</summary>
public sealed class UpgradeTests(ITestOutputHelper output)
{
    private const int Clients = 4;
    private const int BatchesBefore = 10;
    private const int BatchesAfter = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_migration_of_PostgreSQL_under_running_batches_loses_nothing()
    {
        var log = Path.GetTempFileName();
        await using var upstream = await Samples.StartUpstreamAsync(log);
        await using var services = await Deployment.StartAsync(settings: Samples.Settings(upstream.BaseAddress));

        await HoldsAsync(services.Client, log, async () =>
        {
            await NextSchema.BringUpAsync("Postgres", services.Database.ConnectionString);
            await services.WhileDownAsync(() => Task.CompletedTask);
        });
        File.Delete(log);
    }

    [Fact]
    public async Task A_migration_of_SQLite_under_running_batches_loses_nothing()
    {
        await using var host = await StandaloneHost.StartAsync();

        await HoldsAsync(host.Client, host.CallLog, async () =>
        {
            await NextSchema.BringUpAsync("Sqlite", $"Data Source={Path.Combine(host.Data, "batchplatform.db")}");
            await host.KillAsync();
            await host.LaunchAsync();
            await host.Process.WaitUntilReadyAsync(Patience);
        });
    }

    private async Task HoldsAsync(HttpClient client, string log, Func<Task> upgrade)
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var books = new Bookkeeper(client);
        using var stop = new CancellationTokenSource();
        var clients = new Workload(books, receiver.Url).RunAsync(Clients, seed: Random.Shared.Next(), stop.Token);
        await Eventually.True(() => books.Accepted.Count > BatchesBefore, timeout: Patience);

        await upgrade();

        var before = books.Accepted.Count;
        await Eventually.True(() => books.Accepted.Count > before + BatchesAfter, timeout: Patience);
        await stop.CancelAsync();
        await clients;
        var ledger = new LedgerCheck(client, books.Accepted, books.Refused) { GivenUp = books.GivenUp };
        await ledger.WaitAsync(Patience, receiver);
        var report = await ledger.RunAsync(UpstreamCalls.Read([log]), receiver.Notes);
        output.WriteLine(report.ToString());
        Assert.True(report.Holds, report.ToString());
    }
}
