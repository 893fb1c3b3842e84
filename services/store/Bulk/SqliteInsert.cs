using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BatchPlatform.Store.Bulk;

/// <summary>
/// An INSERT prepared once and run for many rows, on SQLite's own interface: half again as fast as a command with
/// parameters, and UTF-8 bytes become TEXT without a string in between (docs/decisions/0002-bulk-paths.md).
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _column;

    public SqliteInsert(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>Gives the row's next column a number; null stays null.</summary>
    public SqliteInsert Add(long? value) => Bound(value is { } number
        ? raw.sqlite3_bind_int64(_statement, ++_column, number)
        : raw.sqlite3_bind_null(_statement, ++_column));

    /// <summary>Gives the row's next column a text; null stays null.</summary>
    public SqliteInsert Add(string? text) => Bound(text is null
        ? raw.sqlite3_bind_null(_statement, ++_column)
        : raw.sqlite3_bind_text(_statement, ++_column, text));

    /// <summary>Gives the row's next column a text in UTF-8; nothing is null.</summary>
    public SqliteInsert Add(ReadOnlySpan<byte> utf8) => Bound(utf8.IsEmpty
        ? raw.sqlite3_bind_null(_statement, ++_column)
        : raw.sqlite3_bind_text(_statement, ++_column, utf8));

    /// <summary>Inserts the row and begins the next.</summary>
    /// <exception cref="SqliteException">The row breaks a constraint, or the file cannot be written.</exception>
    public void Write()
    {
        var result = raw.sqlite3_step(_statement);
        if (result != raw.SQLITE_DONE)
        {
            Check(result);
        }

        _column = 0;
        Check(raw.sqlite3_reset(_statement));
    }

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private SqliteInsert Bound(int result)
    {
        Check(result);
        return this;
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
