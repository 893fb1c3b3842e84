using Microsoft.Data.SqlClient;

namespace BatchPlatform.Store;

/// <summary>What SQL Server's error numbers mean to us: learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors.</summary>
internal static class SqlServerErrors
{
    /// <summary>CREATE DATABASE of one that exists.</summary>
    public const int DatabaseExists = 1801;

    private const int UniqueIndex = 2601;
    private const int UniqueConstraint = 2627;

    /// <summary>Whether the row, or another with its key, is there already.</summary>
    public static bool IsDuplicate(SqlException error) => error.Number is UniqueIndex or UniqueConstraint;
}
