namespace BatchPlatform.Standalone;

/// <summary>The folder that keeps everything. It is this process's alone until disposed of, or until the process dies.</summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>The database's name in the folder.</summary>
    public const string Database = "batchplatform.db";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>Makes the folder if it is missing.</summary>
    /// <exception cref="BadInputException">Another process has it, or it cannot be written to.</exception>
    public static DataFolder Open(string path)
    {
        var folder = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(folder);
            var file = System.IO.Path.Combine(folder, "lock");
            return new DataFolder(folder, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException error)
        {
            throw new BadInputException($"The data folder {folder} cannot be written to.", error);
        }
        catch (IOException error)
        {
            throw new BadInputException(
                $"The data folder {folder} cannot be used: {error.Message} Is BatchPlatform running on it already? Give another with --data.", error);
        }
    }

    public void Dispose() => _lock.Dispose();
}
