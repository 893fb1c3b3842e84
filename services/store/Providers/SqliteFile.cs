using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace BatchPlatform.Store;

/// <summary>The database file cannot be used, now or later: somebody has to act.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong with the SQLite file, when that is what an error is about; null when it is about something else.</summary>
    /// <param name="error">As it came out of the store, however deep.</param>
    /// <param name="file">The file.</param>
    public static StoreUnusableException? Of(Exception? error, string file) => error switch
    {
        null => null,
        StoreUnusableException known => known,
        SqliteException told when SqliteFile.IsUnusable(told) => SqliteFile.Explain(told, file),
        _ => Of(error.InnerException, file),
    };
}

/// <summary>The file behind a SQLite store.</summary>
internal static class SqliteFile
{
    // Measured: a second for each 256 MiB. What a larger file has wrong inside shows when it is read.
    private const long LargestChecked = 256 * 1024 * 1024;

    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Completes the connection string and makes the folder that the file goes to.</summary>
    /// <exception cref="StoreUnusableException">It names no file, or the folder cannot be made.</exception>
    public static string Prepare(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = true };
        if (builder.DataSource is "" or ":memory:" || builder.Mode == SqliteOpenMode.Memory)
        {
            throw new StoreUnusableException($"ConnectionStrings__Store is '{connectionString}': it must name a file, as in 'Data Source=data/batchplatform.db'. In memory each connection would have a database of its own.");
        }

        builder.DataSource = Path.GetFullPath(builder.DataSource);
        var folder = Path.GetDirectoryName(builder.DataSource)!;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException($"The folder {folder} for the database cannot be made: {error.Message}", error);
        }

        return builder.ConnectionString;
    }

    /// <summary>Whether the error is the file's own: trying again would meet it again.</summary>
    public static bool IsUnusable(SqliteException error) => error.SqliteErrorCode is ReadOnly or InputOutput or Corrupt or Full or CannotOpen or NotADatabase;

    /// <summary>Whether the error may pass without the program being started again: another process has the file, or there is no room.</summary>
    public static bool Passes(DbException error) => error is SqliteException { SqliteErrorCode: Busy or Locked or ReadOnly or InputOutput or Full or CannotOpen };

    /// <summary>Looks through a file that is not too large for it: pages that do not fit together, such as a disk leaves that lost power.</summary>
    /// <exception cref="StoreUnusableException">It is damaged.</exception>
    /// <exception cref="SqliteException">It is no database, or so damaged that it cannot be looked through.</exception>
    public static async Task CheckAsync(StoreDb db, CancellationToken cancellationToken)
    {
        var connection = db.Database.GetDbConnection();
        if (new FileInfo(connection.DataSource) is not { Exists: true, Length: > 0 and <= LargestChecked })
        {
            return;
        }

        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA quick_check(1)";
        if (await check.ExecuteScalarAsync(cancellationToken) is not "ok")
        {
            throw new StoreUnusableException(IsDamaged(connection.DataSource));
        }

        await db.Database.CloseConnectionAsync();
    }

    /// <summary>Says what is wrong with an unusable file, and what to do about it.</summary>
    public static StoreUnusableException Explain(SqliteException error, string file) => new(error.SqliteErrorCode switch
    {
        ReadOnly => CannotBeWritten(file),
        Corrupt => IsDamaged(file),
        Full => $"There is no room left for the database file {file}.",
        NotADatabase => $"The file {file} is no SQLite database: ConnectionStrings__Store must name another.",
        _ => $"The database file {file} cannot be opened: check that it is a file, its disk, its permissions, and those of its folder.",
    }, error);

    /// <summary>SQLite opens a write-protected file for reading, and says so only at the first write.</summary>
    /// <exception cref="StoreUnusableException">The file can only be read.</exception>
    public static void RefuseReadOnly(SqliteConnection connection)
    {
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1)
        {
            throw new StoreUnusableException(CannotBeWritten(connection.DataSource));
        }
    }

    private static string IsDamaged(string file) => $"The database file {file} is damaged: restore a backup, or move it away to begin anew.";

    private static string CannotBeWritten(string file) => $"The database file {file} cannot be written: check its permissions, and those of its folder.";
}
