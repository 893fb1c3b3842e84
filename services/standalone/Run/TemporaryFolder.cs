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
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A start that failed left a part behind that still wrote. What was wrong with the start is the news, not that a few
            // files stay in the system's folder for such.
        }
    }
}
