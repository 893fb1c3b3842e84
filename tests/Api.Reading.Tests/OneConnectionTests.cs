using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>An app that has a single connection: whoever holds it while he waits for anything stops all others, or himself.</summary>
public sealed class OneConnectionApp : ReadingApp
{
    private PostgresDatabase _database = null!;

    protected override string Provider => "Postgres";

    protected override async Task<string> OpenAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        return $"{_database.ConnectionString};Maximum Pool Size=1;Timeout=5";
    }

    protected override async Task CloseAsync() => await _database.DisposeAsync();
}

public sealed class OneConnectionTests(OneConnectionApp app) : ReadingTests<OneConnectionApp>(app)
{
    private const int Jobs = 60_000;

    [Fact]
    public async Task While_its_client_waits_a_download_holds_no_connection()
    {
        var batch = await Tenant.FinishedAsync(Jobs, _ => 1_000);
        using var response = await Tenant.Client.GetAsync(new Uri($"{Path(batch)}?format=ndjson", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        // Far longer than it takes to fill all buffers between here and there.
        for (var question = 0; question < 1000; question++)
        {
            await using var db = App.Store.Read();
            Assert.True(await db.Runs.AnyAsync(run => run.Batch == batch.Number));
        }

        Assert.Equal(Jobs, (await response.Content.ReadAsStringAsync()).AsSpan().Count('\n'));
    }

    [Theory]
    [InlineData("Completed", Jobs)]
    [InlineData("Failed", 0)] // Pages without results, of which each asks whether batch and run are there.
    public async Task A_download_never_waits_for_a_connection_while_it_holds_one(string state, int results)
    {
        var batch = await Tenant.FinishedAsync(Jobs, _ => 1_000);

        var lines = await Tenant.TextAsync($"{Path(batch)}?format=ndjson&state={state}");

        Assert.Equal(results, lines.AsSpan().Count('\n'));
    }

    private static string Path(Batch batch) => $"/v1/batches/{batch.CorrelationId}/results";
}
