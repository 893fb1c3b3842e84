using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <summary>The parts of an INSERT of one row, named and typed by the model, for statements that EF cannot make.</summary>
/// <param name="Db">The context.</param>
/// <param name="Table">The table's name.</param>
/// <param name="Into">INSERT INTO with the table and its columns.</param>
/// <param name="Values">A parameter for each column.</param>
/// <param name="Key">The condition that a row has this one's key.</param>
/// <param name="Parameters">The parameters.</param>
internal sealed record RowInsert(StoreDb Db, string Table, string Into, string Values, string Key, IReadOnlyList<DbParameter> Parameters)
{
    /// <summary>The parts for a row.</summary>
    public static RowInsert Of<T>(StoreDb db, T row)
        where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T)) ?? throw new ArgumentException($"{typeof(T)} is no table.", nameof(row));
        var sql = db.GetService<ISqlGenerationHelper>();
        using var command = db.Database.GetDbConnection().CreateCommand();
        var properties = entity.GetProperties().ToList();
        var parameters = properties.ConvertAll(property => property.GetRelationalTypeMapping().CreateParameter(
            command, Parameter(property), property.GetGetter().GetClrValue(row), property.IsNullable));
        var table = sql.DelimitIdentifier(entity.GetTableName()!);
        return new RowInsert(
            db,
            table,
            $"INSERT INTO {table} ({string.Join(", ", properties.Select(Column))})",
            string.Join(", ", properties.Select(Parameter)),
            string.Join(" AND ", entity.FindPrimaryKey()!.Properties.Select(property => $"{Column(property)} = {Parameter(property)}")),
            parameters);

        string Column(IProperty property) => sql.DelimitIdentifier(property.GetColumnName());
    }

    /// <summary>Runs the statement made of these parts.</summary>
    /// <returns>The number of rows that it inserted.</returns>
    public Task<int> ExecuteAsync(Func<RowInsert, string> statement, CancellationToken cancellationToken) =>
        Db.Database.ExecuteSqlRawAsync(statement(this), Parameters, cancellationToken);

    private static string Parameter(IProperty property) => $"@{property.GetColumnName()}";
}
