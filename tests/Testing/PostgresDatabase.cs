using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Xunit;

namespace BatchPlatform.Testing;

/// <summary>
/// An empty database of its own on the scratch PostgreSQL, dropped at the end. A class fixture, or
/// <c>await using var database = await PostgresDatabase.CreateAsync();</c>
/// </summary>
public sealed class PostgresDatabase : IAsyncLifetime, IAsyncDisposable
{
    private readonly string _name = $"test_{Guid.NewGuid():N}";

    /// <summary>Whose PostgreSQL it is on.</summary>
    [AllowNull]
    public TestServers Servers { get => field ?? TestServers.Shared; init; }

    public string ConnectionString => On(_name);

    public static async Task<PostgresDatabase> CreateAsync(TestServers? servers = null)
    {
        var database = new PostgresDatabase { Servers = servers };
        await database.InitializeAsync();
        return database;
    }

    public Task InitializeAsync() => ExecuteAsync($"CREATE DATABASE {_name}");

    /// <summary>Has it take no writes, as a standby or a server without room does, or take them again. Every connection to it is ended.</summary>
    public async Task SetReadOnlyAsync(bool readOnly)
    {
        await ExecuteAsync($"ALTER DATABASE {_name} SET default_transaction_read_only = {(readOnly ? "on" : "off")}");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}'");
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        // FORCE: a service that a test killed may not have been noticed by the server yet.
        await ExecuteAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    private string On(string database) =>
        new NpgsqlConnectionStringBuilder(Servers.Postgres) { Database = database }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(On("postgres"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
