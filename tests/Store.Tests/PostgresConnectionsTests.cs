using System.Data.Common;
using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BatchPlatform.Store.Tests;

/// <summary>What PostgreSQL is told about our connections, so that nobody who is gone holds up the others.</summary>
public sealed class PostgresConnectionsTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private static readonly (string Name, string Value)[] Bounds =
    [
        ("idle_in_transaction_session_timeout", "10s"),
        ("tcp_user_timeout", "20000"), // As the socket has it.
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
    ];

    [Theory]
    [InlineData("", "off")]
    [InlineData(";Options=-c enable_bitmapscan=on", "on")]
    public async Task Our_settings_are_in_force_beside_the_options_of_the_connection_string(string options, string bitmapScans)
    {
        await using var process = StoreProcess.Of("Postgres", fixture.ConnectionString + options);
        await using var db = process.GetRequiredService<BatchStore>().Read();

        foreach (var (name, value) in Bounds.Append(("enable_bitmapscan", bitmapScans)).Append(("enable_seqscan", "off")))
        {
            Assert.Equal((name, value), (name, await db.Database.SqlQuery<string>($"SELECT current_setting({name}) AS \"Value\"").SingleAsync()));
        }
    }

    [Fact]
    public void Each_option_of_the_connection_string_wins_and_empty_ones_leave_out_ours()
    {
        Assert.EndsWith(" -c idle_in_transaction_session_timeout=1min", OptionsOf("Host=db;Options=-c idle_in_transaction_session_timeout=1min"));
        Assert.Null(OptionsOf("Host=db;Options="));

        static string? OptionsOf(string connection) => new NpgsqlConnectionStringBuilder(PostgresConnections.Complete(connection)).Options;
    }

    [Fact]
    public async Task A_process_that_goes_silent_within_a_transaction_is_ended_and_the_others_go_on()
    {
        await using var silent = StoreProcess.Of("Postgres", $"{fixture.ConnectionString};Options=-c idle_in_transaction_session_timeout=200ms");
        await CountAndCommitAsync(fixture.Store);
        await using var unit = await silent.GetRequiredService<BatchStore>().BeginAsync();
        await CountAsync(unit);

        await CountAndCommitAsync(fixture.Store);

        var error = await Assert.ThrowsAnyAsync<DbException>(() => CountAsync(unit));
        Assert.True(silent.GetRequiredService<PassingError>()(error));
    }

    [Fact]
    public async Task A_server_that_is_down_is_passed_over_for_the_one_that_takes_writes()
    {
        var server = new NpgsqlConnectionStringBuilder(fixture.ConnectionString);
        server.Host = $"127.0.0.1:{LoopbackPort.Next()},{server.Host}:{server.Port}";
        await using var process = StoreProcess.Of("Postgres", $"{server.ConnectionString};Target Session Attributes=primary");

        await CountAndCommitAsync(process.GetRequiredService<BatchStore>());
    }

    private static async Task CountAndCommitAsync(BatchStore store)
    {
        await using var unit = await store.BeginAsync();
        await CountAsync(unit);
        await unit.CommitAsync();
    }

    // Locks one row until the transaction ends.
    private static async Task CountAsync(WorkUnit unit) =>
        await unit.Db.UpdateOrInsertAsync($"UPDATE sequences SET value = value + 1", $"name = {"counted"}", () => new Sequence { Name = "counted" }, default);
}
