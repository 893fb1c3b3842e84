using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace BatchPlatform.Store;

/// <summary>
/// Makes every connection to the SQLite file safe and fast, once: the driver's pool hands the same ones out again, and
/// settings stay with them.
/// </summary>
internal sealed class SqliteConnections : DbConnectionInterceptor
{
    // WAL: readers and the writer do not wait for each other. FULL: what was committed survives a power cut.
    // The checkpoint, which is another sync, comes every 16 MiB instead of every 4.
    // busy_timeout is for another process on the file, such as a backup; ours take turns at the WriterGate.
    private const string Settings = """
        PRAGMA busy_timeout = 5000;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 4000;
        PRAGMA temp_store = MEMORY;
        """;

    private readonly ConditionalWeakTable<sqlite3, object> _ready = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Prepare((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private void Prepare(SqliteConnection connection)
    {
        var handle = connection.Handle!;
        if (_ready.TryGetValue(handle, out _) || raw.sqlite3_db_readonly(handle, "main") == 1)
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
        _ready.AddOrUpdate(handle, this);
    }
}
