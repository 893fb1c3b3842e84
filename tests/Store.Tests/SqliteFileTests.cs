using System.Collections.Concurrent;
using BatchPlatform.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store.Tests;

public sealed class SqliteFileTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _file;

    public SqliteFileTests() => _file = _folder.File("store.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_folder_is_made_with_the_file()
    {
        var file = _folder.File("one/two/store.db");

        await MigrateAsync($"Data Source={file}");

        Assert.True(File.Exists(file));
    }

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("busy_timeout", "5000")]
    public async Task Every_connection_is_safe_also_one_from_the_pool(string setting, string expected)
    {
        await using var process = StoreProcess.Of("Sqlite", $"Data Source={_file}");
        var store = process.GetRequiredService<BatchStore>();
        await using var one = store.Read();
        await using var another = store.Read();

        Assert.Equal([expected, expected], [await AskAsync(one, setting), await AskAsync(another, setting)]);
        Assert.Equal(expected, await AskAsync(one, setting));
    }

    [Fact]
    public async Task Reading_does_not_wait_for_the_writer()
    {
        await MigrateAsync($"Data Source={_file}");
        await using var process = StoreProcess.Of("Sqlite", $"Data Source={_file}");
        var store = process.GetRequiredService<BatchStore>();
        await using var unit = await store.BeginAsync();
        unit.Db.Gates.Add(new() { Namespace = "event" });
        await unit.Db.SaveChangesAsync();

        await using var db = store.Read();
        Assert.False(await db.Gates.AnyAsync());
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        await File.WriteAllTextAsync(_file, new string('x', 10_000));

        await AssertUnusableAsync("is no SQLite database");
    }

    [Fact]
    public async Task A_damaged_database_is_named()
    {
        await MigrateAsync($"Data Source={_file}");
        SqliteConnection.ClearAllPools();
        await using (var stream = File.OpenWrite(_file))
        {
            // The header stays; the first page's tree, which holds the schema, goes.
            stream.Position = 100;
            await stream.WriteAsync(Enumerable.Repeat((byte)0xA5, 3000).ToArray());
        }

        await AssertUnusableAsync("is damaged");
    }

    [Fact]
    public async Task Damage_inside_of_the_file_is_found_by_looking_through_it()
    {
        await MigrateAsync($"Data Source={_file}");
        SqliteConnection.ClearAllPools();
        await using (var stream = File.OpenWrite(_file))
        {
            // The schema is whole, and says that the last page is some table's or index's.
            stream.Seek(-4096, SeekOrigin.End);
            await stream.WriteAsync(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        await AssertUnusableAsync("is damaged");
    }

    [Fact]
    public async Task A_file_without_room_is_told_once_and_takes_rows_again_when_there_is_room()
    {
        var log = new ConcurrentQueue<string>();
        await using var process = StoreProcess.Of("Sqlite", $"Data Source={_file}", services => services.AddLogging(logging => logging.AddProvider(new LogLines(log))));
        var store = process.GetRequiredService<BatchStore>();
        await StoreMigration.MigrateAsync(store);
        await using var unit = await store.BeginAsync();
        await unit.Db.Database.ExecuteSqlRawAsync("PRAGMA max_page_count = 1");

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var error = await Assert.ThrowsAsync<SqliteException>(() => FillAsync(unit.Db));
            Assert.True(SqliteFile.Passes(error));
        }

        await unit.Db.Database.ExecuteSqlRawAsync("PRAGMA max_page_count = 4294967294");
        await FillAsync(unit.Db);
        Assert.Single(log, line => line.Contains($"There is no room left for the database file {_file}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_named()
    {
        Directory.CreateDirectory(_file);

        await AssertUnusableAsync("cannot be opened");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_that_can_only_be_read_is_named(bool migrated)
    {
        if (migrated)
        {
            await MigrateAsync($"Data Source={_file}");
        }
        else
        {
            await using var empty = new SqliteConnection($"Data Source={_file};Pooling=false");
            await empty.OpenAsync();
            await using var command = new SqliteCommand("PRAGMA user_version = 1", empty);
            await command.ExecuteNonQueryAsync();
        }

        // Permissions would not stop a test that runs as root.
        await AssertUnusableAsync("cannot be written", ";Mode=ReadOnly");
    }

    [Theory]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=shared;Mode=Memory")]
    [InlineData("")]
    public void A_store_without_a_file_is_refused(string connectionString) =>
        Assert.Throws<StoreUnusableException>(() => SqliteFile.Prepare(connectionString));

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(_file, "");

        var error = Assert.Throws<StoreUnusableException>(() => SqliteFile.Prepare($"Data Source={_file}/store.db"));
        Assert.Contains(_file, error.Message);
    }

    private static Task FillAsync(StoreDb db) => db.Database.ExecuteSqlRawAsync("CREATE TABLE filler AS SELECT hex(randomblob(1000000)) AS bytes");

    private async Task AssertUnusableAsync(string expected, string options = "")
    {
        var error = await Assert.ThrowsAsync<StoreUnusableException>(() => MigrateAsync($"Data Source={_file}{options}"));
        Assert.Contains(expected, error.Message);
        Assert.Contains(_file, error.Message);
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var process = StoreProcess.Of("Sqlite", connectionString);
        await StoreMigration.MigrateAsync(process.GetRequiredService<BatchStore>());
    }

    private static async Task<string> AskAsync(StoreDb db, string setting)
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {setting}";
        var answer = await command.ExecuteScalarAsync();
        await db.Database.CloseConnectionAsync();
        return answer!.ToString()!;
    }
}
