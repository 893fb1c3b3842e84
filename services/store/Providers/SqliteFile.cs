using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BatchPlatform.Store;

/// <summary>The database file cannot be used, now or later: somebody has to act.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The file behind a SQLite store.</summary>
internal static class SqliteFile
{
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

    /// <summary>Says what is wrong with an unusable file, and what to do about it.</summary>
    public static StoreUnusableException Explain(SqliteException error, string file) => new(error.SqliteErrorCode switch
    {
        ReadOnly => CannotBeWritten(file),
        Corrupt => $"The database file {file} is damaged: restore a backup, or move it away to begin anew.",
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

    private static string CannotBeWritten(string file) => $"The database file {file} cannot be written: check its permissions, and those of its folder.";
}
