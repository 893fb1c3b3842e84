using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Tests;

public sealed class StoreSetupTests
{
    [Fact]
    public void A_provider_that_is_unknown_is_named()
    {
        var error = Assert.Throws<InvalidOperationException>(() => StoreProcess.Of("Oracle", "x"));

        Assert.Contains("Store__Provider is 'Oracle'", error.Message);
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddStore(new ConfigurationBuilder().Build()));

        Assert.Contains("ConnectionStrings__Store", error.Message);
    }

    [Theory]
    [InlineData("", "off")]
    [InlineData(";Options=-c enable_bitmapscan=on", "on")]
    public async Task The_connection_string_wins_over_our_defaults(string options, string expected)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var process = StoreProcess.Of("Postgres", database.ConnectionString + options);

        await using var db = process.GetRequiredService<BatchStore>().Read();
        Assert.Equal([expected], await db.Database.SqlQuery<string>($"SHOW enable_bitmapscan").ToListAsync());
    }
}
