using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BatchPlatform.Store;

/// <summary>Brings the schema up to this version. Any number of processes may try at once: one does it, the others wait.</summary>
public static class StoreMigration
{
    // Any number that is nobody else's in the database.
    private const long PostgresLock = 0x62617463686D6967;

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

    // EF's own lock ends with each migration's transaction: who waited for the first would do the next one beside whom he waited for.
    private static async Task MigratePostgresAsync(StoreDb db, CancellationToken cancellationToken)
    {
        await MakePostgresAsync(db.GetService<IRelationalDatabaseCreator>(), cancellationToken);
        await using var turn = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString()) { Pooling = false }.ConnectionString);
        await turn.OpenAsync(cancellationToken);
        await using var wait = new NpgsqlCommand($"SELECT pg_advisory_lock({PostgresLock})", turn) { CommandTimeout = 0 };
        await wait.ExecuteNonQueryAsync(cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    private static async Task MakePostgresAsync(IRelationalDatabaseCreator databases, CancellationToken cancellationToken)
    {
        if (await databases.ExistsAsync(cancellationToken))
        {
            return;
        }

        try
        {
            await databases.CreateAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process made it since.
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
