using System.Data.Common;
using Npgsql;

namespace BatchPlatform.Store;

/// <summary>What PostgreSQL's error codes mean to us: postgresql.org/docs/current/errcodes-appendix.html.</summary>
internal static class PostgresErrors
{
    // A server that is read-only is a standby that is about to be the primary, or was; or one whose operator has it write nothing until there is room.
    private const string ReadOnly = PostgresErrorCodes.ReadOnlySqlTransaction;

    // Transactions that the server ended because nothing came of them: their process was frozen, or starved.
    private const string Idle = "25P03";
    private const string TooLong = "25P04";

    /// <summary>Whether the same may succeed a moment later: what the driver takes for passing, and what it does not.</summary>
    public static bool Passes(DbException error) => error.IsTransient || error is PostgresException { SqlState: ReadOnly or Idle or TooLong };
}
