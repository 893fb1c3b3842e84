using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace BatchPlatform.Store;

/// <summary>What SQL Server's error numbers mean to us: learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors.</summary>
internal static class SqlServerErrors
{
    /// <summary>CREATE DATABASE of one that exists.</summary>
    public const int DatabaseExists = 1801;

    // Connections and commands that were given up, deadlocks, and what Azure says while it moves a database: EF's list is not
    // public, this is the part of it that ends transactions. And no room in a file or the log (1105, 9002), or a database that is read-only (3906).
    private static readonly int[] Passing = [-2, 20, 64, 121, 233, 1105, 1205, 1222, 3906, 4060, 4221, 9002, 10053, 10054, 10060, 10061, 10928, 10929, 40143, 40197, 40501, 40540, 40613, 49918, 49919, 49920];

    private const int UniqueIndex = 2601;
    private const int UniqueConstraint = 2627;

    /// <summary>Whether the same may succeed a moment later. Errors of class 20 and above end the connection, as a restart does.</summary>
    public static bool Passes(DbException error) => error is SqlException known && (known.Class >= 20 || Passing.Contains(known.Number));

    /// <summary>Whether the row, or another with its key, is there already.</summary>
    public static bool IsDuplicate(SqlException error) => error.Number is UniqueIndex or UniqueConstraint;
}
