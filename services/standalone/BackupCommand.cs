using Microsoft.Data.Sqlite;

namespace BatchPlatform.Standalone;

/// <summary>
/// Copies a data folder, also while a process serves from it: the database as it is at one moment, and the master key. The
/// copy is a data folder itself.
/// </summary>
internal sealed class BackupCommand(string data, string to)
{
    // Batches that are made after the copy have numbers that it does not know of. Numbers are part of the idempotency keys that
    // upstreams were sent: served from the copy, no later batch may get one of them again.
    private const int NumbersLeftOut = 1_000_000;

    /// <exception cref="BadInputException">There is no database, or the copy cannot be written.</exception>
    public int Run()
    {
        var (source, target) = (Path.Combine(data, DataFolder.Database), Path.Combine(to, DataFolder.Database));
        if (!File.Exists(source))
        {
            throw new BadInputException($"{Path.GetFullPath(data)} holds no data: give the folder with --data.");
        }

        try
        {
            MakeFolder();
            CopyDatabase(source, target);
            CopyMasterKey();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new BadInputException($"The copy cannot be made: {error.Message}", error);
        }

        Console.WriteLine($"Copied to {Path.GetFullPath(to)}");
        return ExitCodes.AllCompleted;
    }

    private void MakeFolder()
    {
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
        {
            throw new BadInputException($"{Path.GetFullPath(to)} is not empty: give a folder of its own to each copy.");
        }

        Directory.CreateDirectory(to);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void CopyDatabase(string source, string target)
    {
        using var from = Open(source, SqliteOpenMode.ReadWrite);
        using var copy = Open(target, SqliteOpenMode.ReadWriteCreate);
        from.BackupDatabase(copy);
        using var skip = copy.CreateCommand();
        skip.CommandText = "UPDATE sequences SET value = value + $numbers";
        skip.Parameters.AddWithValue("$numbers", NumbersLeftOut);
        skip.ExecuteNonQuery();
    }

    private void CopyMasterKey()
    {
        var file = Path.Combine(data, MasterKeyFile.Name);
        if (File.Exists(file))
        {
            File.Copy(file, Path.Combine(to, MasterKeyFile.Name));
        }
    }

    // Without pooling, so that the file is closed when the command ends.
    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
