using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <summary>Sends statements of our own that yield rows; EF's logs and interceptors see them.</summary>
public static class RawStatement
{
    /// <summary>The statement's rows, each as <paramref name="read"/> makes it.</summary>
    /// <param name="db">The context, in whose transaction it runs.</param>
    /// <param name="statement">Its parts that are interpolated strings are text, all others are values.</param>
    /// <param name="named">Parameters of the provider's own, which the text calls by their names.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<List<T>> RowsAsync<T>(
        StoreDb db, FormattableString statement, IReadOnlyList<DbParameter> named, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var flat = Interpolated.Flat(statement);
        var command = db.GetService<IRawSqlCommandBuilder>().Build(flat.Format, [.. flat.GetArguments()!, .. named], db.Model);
        var context = new RelationalCommandParameterObject(
            db.GetService<IRelationalConnection>(), command.ParameterValues, readerColumns: null, db, db.GetService<IRelationalCommandDiagnosticsLogger>(), CommandSource.FromSqlQuery);
        await using var reader = await command.RelationalCommand.ExecuteReaderAsync(context, cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader.DbDataReader));
        }

        return rows;
    }
}
