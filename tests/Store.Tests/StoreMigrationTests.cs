using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BatchPlatform.Store.Tests;

public sealed class StoreMigrationTests
{
    [Fact]
    public void The_migrations_make_the_model()
    {
        using var sqlite = new SqliteDesignTime().CreateDbContext([]);
        using var postgres = new PostgresDesignTime().CreateDbContext([]);

        Assert.False(sqlite.Database.HasPendingModelChanges());
        Assert.False(postgres.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Processes_may_migrate_a_file_at_once()
    {
        using var folder = new TestFolder();

        await MigrateAtOnceAsync("Sqlite", $"Data Source={folder.File("new/store.db")}");
    }

    [Fact]
    public async Task Processes_may_migrate_an_empty_database_at_once()
    {
        await using var database = await PostgresDatabase.CreateAsync();

        await MigrateAtOnceAsync("Postgres", database.ConnectionString);
    }

    [Fact]
    public async Task Processes_may_make_and_migrate_a_database_at_once()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var missing = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        missing.Database += "_missing";
        try
        {
            await MigrateAtOnceAsync("Postgres", missing.ConnectionString);
        }
        finally
        {
            await using var process = StoreProcess.Of("Postgres", missing.ConnectionString);
            await using var db = process.GetRequiredService<BatchStore>().Read();
            await db.Database.EnsureDeletedAsync();
        }
    }

    [Fact]
    public async Task A_migration_that_was_killed_is_done_by_the_next_start()
    {
        using var folder = new TestFolder();
        await using var process = StoreProcess.Of("Sqlite", $"Data Source={folder.File("store.db")}");
        var store = process.GetRequiredService<BatchStore>();
        await using (var db = store.Read())
        {
            // What EF leaves when its process dies while it holds its lock.
            await db.Database.ExecuteSqlRawAsync(
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """);
        }

        await StoreMigration.MigrateAsync(store);

        Assert.False(await StoreMigration.IsPendingAsync(store));
    }

    private static async Task MigrateAtOnceAsync(string provider, string connectionString)
    {
        var processes = Enumerable.Range(0, 6).Select(_ => StoreProcess.Of(provider, connectionString)).ToList();
        try
        {
            var stores = processes.ConvertAll(process => process.GetRequiredService<BatchStore>());
            Assert.True(await StoreMigration.IsPendingAsync(stores[0]));

            await Task.WhenAll(stores.Select(store => Task.Run(() => StoreMigration.MigrateAsync(store))));

            Assert.False(await StoreMigration.IsPendingAsync(stores[0]));
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }
}
