using System.Data.Common;
using System.Text;
using Microsoft.Data.SqlClient;

namespace BatchPlatform.Store.Bulk;

/// <summary>Reads text as bytes.</summary>
internal static class Utf8Column
{
    /// <summary>A column's text in UTF-8. SQLite and PostgreSQL hand on what they keep; SQL Server has bytes of responses and UTF-16 of all else.</summary>
    public static byte[] Utf8(this DbDataReader reader, int column) =>
        reader is SqlDataReader && reader.GetFieldType(column) == typeof(string)
            ? Encoding.UTF8.GetBytes(reader.GetString(column))
            : reader.GetFieldValue<byte[]>(column);
}
