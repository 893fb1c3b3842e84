using Microsoft.Data.Sqlite;

namespace BatchPlatform.Standalone.Run;

/// <summary>A folder that goes away when disposed of.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchplatform-");

    public string Path => _folder.FullName;

    public void Dispose()
    {
        // Pooled connections would keep the database's file open, which not every system lets be deleted.
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
