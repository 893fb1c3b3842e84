using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <summary>
/// Reads rows of a table from statements of our own. EF's own way, <c>FromSql</c>, builds the statement's text anew each time that it
/// has parameters (docs/decisions/0002-bulk-paths.md); here the model is asked once.
/// </summary>
public sealed class EntityRows<T>
    where T : class
{
    private readonly List<string> _columns;
    private readonly Func<DbDataReader, int, T> _read;

    internal EntityRows(IEntityType entity, ISqlGenerationHelper sql)
    {
        var properties = entity.GetProperties().ToList();
        var (reader, first) = (Expression.Parameter(typeof(DbDataReader)), Expression.Parameter(typeof(int)));
        var values = properties.Select((property, place) =>
            Expression.Bind(property.PropertyInfo!, Value(property, reader, Expression.Add(first, Expression.Constant(place)))));
        _columns = properties.ConvertAll(property => sql.DelimitIdentifier(property.GetColumnName()));
        _read = Expression.Lambda<Func<DbDataReader, int, T>>(Expression.MemberInit(Expression.New(typeof(T)), values), reader, first).Compile();
    }

    /// <summary>How many columns a row has.</summary>
    public int Width => _columns.Count;

    /// <summary>The columns that are read, in their order, with commas between them.</summary>
    /// <param name="of">What a column's name begins with: nothing, or whose it is and a point.</param>
    public string Columns(string of = "") => string.Join(", ", _columns.Select(column => of + column));

    /// <summary>The reader's row.</summary>
    /// <param name="reader">Of a statement that selects <see cref="Columns"/>.</param>
    /// <param name="first">Where the first of them is.</param>
    public T Read(DbDataReader reader, int first = 0) => _read(reader, first);

    // As EF reads a column: by the method that the provider names, then through the conversion that the model asks for.
    private static Expression Value(IProperty property, Expression reader, Expression place)
    {
        var mapping = property.GetRelationalTypeMapping();
        var method = mapping.GetDataReaderMethod();
        var owner = method.DeclaringType!.IsAssignableFrom(typeof(DbDataReader)) ? reader : Expression.Convert(reader, method.DeclaringType);
        var value = mapping.CustomizeDataReaderExpression(Expression.Call(owner, method, place));
        if (mapping.Converter is { } converter)
        {
            var conversion = converter.ConvertFromProviderExpression;
            value = ReplacingExpressionVisitor.Replace(conversion.Parameters.Single(), As(value, converter.ProviderClrType), conversion.Body);
        }

        value = As(value, property.ClrType);
        return property.IsNullable
            ? Expression.Condition(Expression.Call(reader, nameof(DbDataReader.IsDBNull), [], place), Expression.Default(property.ClrType), value)
            : value;
    }

    private static Expression As(Expression value, Type type) => value.Type == type ? value : Expression.Convert(value, type);
}
