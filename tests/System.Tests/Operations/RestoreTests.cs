using System.Net;
using BatchPlatform.Testing;
using Npgsql;

namespace BatchPlatform.EndToEnd.Tests.Operations;

/// <summary>Backup and restore of the separate services, by the commands of <c>docs/operations.md</c>.</summary>
public sealed class RestoreTests : IAsyncLifetime, IDisposable
{
    private const int Jobs = 1500;
    private readonly SamplePlatform _platform = new() { Instances = 1 };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("restore-tests-");

    public Task InitializeAsync() => _platform.InitializeAsync();

    public Task DisposeAsync() => _platform.DisposeAsync();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_batch_runs_on_from_where_it_was_at_the_backup_and_each_job_has_one_result()
    {
        var running = await _platform.SubmitAsync(Jobs);
        var atBackup = await CompletedAsync(running, more: Jobs / 10);
        await Procedure.RunAsync("Back up PostgreSQL", Variables());
        var atLoss = await CompletedAsync(running, more: atBackup + (Jobs / 10));
        var later = await _platform.SubmitAsync(1);
        var lostNumber = (await _platform.BatchAsync(later)).GetProperty("number").GetInt64();

        await _platform.Services.WhileDownAsync(() => Procedure.RunAsync("Restore PostgreSQL", Variables()));

        Assert.Equal(HttpStatusCode.NotFound, (await _platform.Client.GetAsync($"/v1/batches/{later}")).StatusCode);
        await FinishedWithEachResultOnceAsync(running);
        var next = await _platform.BatchAsync(await _platform.SubmitAsync(1));
        Assert.True(next.GetProperty("number").GetInt64() > lostNumber, "no number is used again");
        // What was done between backup and loss was done again, with the same idempotency keys; nothing else was.
        var calls = await _platform.CallsAsync();
        Assert.InRange(calls.Values.Sum(), Jobs, Jobs + Jobs);
        Assert.True(atLoss > atBackup && calls.Values.Any(times => times > 1));
    }

    [Fact]
    public async Task Messages_from_after_the_backup_do_the_results_no_harm()
    {
        var running = await _platform.SubmitAsync(Jobs);
        var atBackup = await CompletedAsync(running, more: Jobs / 10);
        await Procedure.RunAsync("Back up PostgreSQL", Variables());
        await CompletedAsync(running, more: atBackup + (Jobs / 10));

        // The database alone is restored: the broker keeps slices, reports and events that it knows nothing of.
        await using var elsewhere = await RabbitVirtualHost.CreateAsync();
        await _platform.Services.WhileDownAsync(() => Procedure.RunAsync("Restore PostgreSQL", Variables(elsewhere)));

        await FinishedWithEachResultOnceAsync(running);
    }

    private async Task<int> CompletedAsync(string batch, int more)
    {
        var completed = 0;
        await Eventually.True(async () =>
        {
            completed = (await _platform.BatchAsync(batch)).GetProperty("counts").GetProperty("completed").GetInt32();
            return completed > more;
        });
        return completed;
    }

    private async Task FinishedWithEachResultOnceAsync(string batch)
    {
        await _platform.FinishedAsync(batch);
        var results = await _platform.ResultsAsync(batch);
        Assert.Equal(Enumerable.Range(0, Jobs), results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.All(results, result => Assert.Equal("Completed", result.GetProperty("state").GetString()));
    }

    private Dictionary<string, string?> Variables(RabbitVirtualHost? bus = null)
    {
        var store = new NpgsqlConnectionStringBuilder(_platform.Services.Database.ConnectionString);
        var management = new UriBuilder(TestServers.Shared.RabbitApi) { UserName = TestServers.Shared.Rabbit.UserInfo.Split(':')[0], Password = TestServers.Shared.Rabbit.UserInfo.Split(':')[1], Path = "/api" };
        return new Dictionary<string, string?>
        {
            ["PGHOST"] = store.Host,
            ["PGPORT"] = store.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["PGUSER"] = store.Username,
            ["PGPASSWORD"] = store.Password,
            ["PGDATABASE"] = store.Database,
            ["BACKUP"] = Path.Combine(_folder.FullName, "store.dump"),
            ["BROKER"] = management.Uri.AbsoluteUri,
            ["BROKER_USER"] = management.UserName,
            ["VHOST"] = (bus ?? _platform.Services.Bus).Name,
        };
    }
}
