using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BatchPlatform.Store;

/// <summary>Brings the schema up to this version. Any number of processes may try at once: one does it, the others wait.</summary>
public static class StoreMigration
{
    /// <summary>Makes the database if there is none, and applies what is missing.</summary>
    /// <exception cref="StoreUnusableException">The SQLite file is read-only, damaged, or no database.</exception>
    public static async Task MigrateAsync(BatchStore store, CancellationToken cancellationToken = default)
    {
        await using var db = store.Read();
        await ExplainedAsync(db, () => db switch
        {
            SqliteStoreDb => SqliteMigration.RunAsync(db, cancellationToken),
            SqlServerStoreDb => SqlServerMigration.RunAsync(db, cancellationToken),
            _ => MigratePostgresAsync(db, cancellationToken),
        });
    }

    /// <summary>The same for a process that does nothing else: <paramref name="services"/> hold the store, and are not started.</summary>
    /// <exception cref="StoreUnusableException">The SQLite file is read-only, damaged, or no database.</exception>
    public static async Task MigrateAsync(IServiceCollection services, CancellationToken cancellationToken = default)
    {
        await using var provider = services.BuildServiceProvider();
        await MigrateAsync(provider.GetRequiredService<BatchStore>(), cancellationToken);
    }

    /// <summary>Whether the database lacks a migration that this version knows; it lacks all as long as it does not exist.</summary>
    /// <exception cref="StoreUnusableException">The SQLite file is damaged, or no database.</exception>
    public static async Task<bool> IsPendingAsync(BatchStore store, CancellationToken cancellationToken = default)
    {
        await using var db = store.Read();
        var pending = false;
        await ExplainedAsync(db, async () => pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any());
        return pending;
    }

    private static async Task MigratePostgresAsync(StoreDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // Another process made it between EF's look and EF's try; EF forgives this race in everything but this code.
            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    private static async Task ExplainedAsync(StoreDb db, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (SqliteException error) when (SqliteFile.IsUnusable(error))
        {
            throw SqliteFile.Explain(error, db.Database.GetDbConnection().DataSource);
        }
    }
}
