using BatchPlatform.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>An orchestrator whose machine is frozen for good while it has rows locked that the others need.</summary>
[Collection(nameof(Alone))]
public sealed class FrozenTests(SamplePlatform platform, ITestOutputHelper output) : IClassFixture<SamplePlatform>
{
    // Frozen at a random moment, one in eight times it is within a transaction: the batch lasts for some seventy tries.
    private const int Jobs = 12_000;
    private const int CallsPerSecond = 600;

    [Fact]
    public async Task A_batch_finishes_although_an_orchestrator_is_frozen_within_a_transaction()
    {
        var victim = platform.Services.Orchestrators[0];
        var batch = await platform.SubmitAsync(Jobs, CallsPerSecond);
        await using var database = NpgsqlDataSource.Create(platform.Services.Database.ConnectionString);
        var tries = 0;
        await Eventually.True(
            async () =>
            {
                tries++;
                victim.Freeze();
                if (await HasRowsLockedAsync(database))
                {
                    return true;
                }

                victim.Thaw();
                return false;
            },
            timeout: TimeSpan.FromSeconds(60));
        output.WriteLine($"frozen within a transaction at try {tries}, {(await platform.BatchAsync(batch)).GetProperty("counts")}");

        await platform.FinishedAsync(batch);
        Assert.Equal(Jobs, (await platform.ResultsAsync(batch)).Count);
    }

    // A session that has written something, has not committed, and has said nothing for so long is the frozen one's.
    private static async Task<bool> HasRowsLockedAsync(NpgsqlDataSource database)
    {
        await using var look = database.CreateCommand("""
            SELECT pg_sleep(0.25);
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction' AND backend_xid IS NOT NULL AND state_change < clock_timestamp() - interval '0.2 s'
            """);
        await using var reader = await look.ExecuteReaderAsync();
        return await reader.NextResultAsync() && await reader.ReadAsync() && reader.GetInt64(0) > 0;
    }
}
