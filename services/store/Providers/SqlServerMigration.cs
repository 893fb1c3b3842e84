using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>Brings a schema on SQL Server up to this version, and lets readers see the last commit instead of waiting for writers.</summary>
internal static partial class SqlServerMigration
{
    /// <summary>Makes the database if there is none, and applies what is missing. EF lets one process at a time do so.</summary>
    public static async Task RunAsync(StoreDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (SqlException error) when (error.Number == SqlServerErrors.DatabaseExists)
        {
            // Another process made it between EF's look and EF's try.
            await db.Database.MigrateAsync(cancellationToken);
        }

        await UseSnapshotsAsync(db, cancellationToken);
    }

    // Asked first, since to change it the database must be left by everybody else, whose transactions are rolled back.
    private static async Task UseSnapshotsAsync(StoreDb db, CancellationToken cancellationToken)
    {
        var used = await db.Database
            .SqlQuery<bool>($"SELECT is_read_committed_snapshot_on AS [Value] FROM sys.databases WHERE name = DB_NAME()")
            .SingleAsync(cancellationToken);
        if (used)
        {
            return;
        }

        try
        {
            await db.Database.ExecuteSqlAsync($"ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE", cancellationToken);
        }
        catch (SqlException error)
        {
            // Nothing is wrong without it, only slow: an operator who may not change the database should still get its schema.
            Log.NoSnapshots(db.GetService<ILoggerFactory>().CreateLogger(typeof(SqlServerMigration)), error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "READ_COMMITTED_SNAPSHOT is off and could not be turned on: readers wait for writers. {Reason}")]
        public static partial void NoSnapshots(ILogger logger, string reason);
    }
}
