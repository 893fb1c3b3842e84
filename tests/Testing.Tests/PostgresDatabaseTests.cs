using Npgsql;
using Xunit;

namespace BatchPlatform.Testing.Tests;

public sealed class PostgresDatabaseTests(PostgresDatabase shared) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_class_fixture_is_an_empty_database() =>
        Assert.Equal(0L, await QueryAsync(shared.ConnectionString, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

    [Fact]
    public async Task What_one_database_holds_another_does_not_see()
    {
        await using var one = await PostgresDatabase.CreateAsync();
        await using var other = await PostgresDatabase.CreateAsync();
        await QueryAsync(one.ConnectionString, "CREATE TABLE things (id int)");

        Assert.Equal(0L, await QueryAsync(other.ConnectionString, "SELECT count(*) FROM pg_tables WHERE tablename = 'things'"));
    }

    [Fact]
    public async Task It_is_gone_in_the_end_even_when_a_connection_is_still_open()
    {
        var database = await PostgresDatabase.CreateAsync();
        await using var open = new NpgsqlConnection(database.ConnectionString);
        await open.OpenAsync();
        var name = open.Database;

        await database.DisposeAsync();

        Assert.Equal(0L, await QueryAsync(shared.ConnectionString, $"SELECT count(*) FROM pg_database WHERE datname = '{name}'"));
    }

    [Theory]
    [InlineData("fsync")]
    [InlineData("synchronous_commit")]
    public async Task Commits_are_as_durable_as_in_production(string setting) =>
        Assert.Equal("on", await QueryAsync(shared.ConnectionString, $"SHOW {setting}"));

    private static async Task<object?> QueryAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
