using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store;

/// <summary>
/// Migrates a SQLite file. EF guards a migration by a row in the file; a process that is killed leaves that row behind and
/// every later start would wait for it for ever. So there is a lock beside it that ends with its process: who holds it
/// knows that such a row is nobody's.
/// </summary>
internal static class SqliteMigration
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(StoreDb db, CancellationToken cancellationToken)
    {
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await using var turn = await TakeTurnAsync(db.Database.GetDbConnection().DataSource + "-migrating", cancellationToken);
            await ForgetAbandonedLockAsync(db, cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
        }

        await db.Database.OpenConnectionAsync(cancellationToken);
        SqliteFile.RefuseReadOnly((SqliteConnection)db.Database.GetDbConnection());
    }

    private static async Task<FileStream> TakeTurnAsync(string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException error) when (IsHeld(error))
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new StoreUnusableException($"The file {file} cannot be made, which keeps migrations apart: {error.Message}", error);
            }
        }
    }

    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeld(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static Task<int> ForgetAbandonedLockAsync(StoreDb db, CancellationToken cancellationToken) => db.Database.ExecuteSqlRawAsync(
        """
        CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
        DELETE FROM "__EFMigrationsLock";
        """, cancellationToken);
}
