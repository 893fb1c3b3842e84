using System.Text;
using BatchPlatform.Store.Tables;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BatchPlatform.Store;

/// <summary>
/// The store in SQL Server, 2019 or newer. What our SQL says differently here, and how texts are kept:
/// docs/decisions/0008-sql-server.md.
/// </summary>
public sealed class SqlServerStoreDb(DbContextOptions<SqlServerStoreDb> options) : StoreDb(options)
{
    // As the other providers compare: by code, not by a language's rules, where "a" is "A".
    private const string ByCode = "Latin1_General_100_BIN2";

    // The longest text that is part of a key or an index has 255 characters (Idempotency-Key).
    private const int KeyLength = 255;

    /// <inheritdoc/>
    public override string Is(string column) => $"[{column}] = 1";

    /// <inheritdoc/>
    public override string IsNot(string column) => $"[{column}] = 0";

    /// <inheritdoc/>
    public override async Task<bool> InsertIfAbsentAsync<T>(T row, CancellationToken cancellationToken)
    {
        try
        {
            return await RowInsert.Of(this, row).ExecuteAsync(
                insert => $"{insert.Into} SELECT {insert.Values} WHERE NOT EXISTS (SELECT 1 FROM {insert.Table} WHERE {insert.Key})", cancellationToken) == 1;
        }
        catch (SqlException error) when (SqlServerErrors.IsDuplicate(error))
        {
            // Somebody else inserted it in between. Such an error ends the statement, not the transaction.
            return false;
        }
    }

    /// <inheritdoc/>
    protected override FormattableString Returning(FormattableString update, FormattableString where, Func<string, FormattableString> columns) =>
        $"{update} OUTPUT {columns("inserted.")} WHERE {where}";

    /// <inheritdoc/>
    protected override FormattableString Locked(FormattableString columns, Guid id) => $"SELECT {columns} FROM batches WITH (UPDLOCK, ROWLOCK) WHERE id = {id}";

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        InBytes(modelBuilder.Entity<Outcome>().Property(outcome => outcome.Response));
        InBytes(modelBuilder.Entity<DatasetRow>().Property(row => row.Json));
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()).Where(IsText))
        {
            property.SetCollation(ByCode);
            if ((property.IsKey() || property.IsIndex()) && property.GetMaxLength() is null)
            {
                property.SetMaxLength(KeyLength);
            }
        }

        // An index's filter may not compare a text with a constant, which has the database's collation.
        foreach (var index in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetIndexes()).Where(index => index.GetFilter()?.Contains('\'') == true))
        {
            index.SetFilter(null);
        }

        // A clustered index's key may have 900 bytes, which a tenant and an Idempotency-Key exceed; any other's 1,700.
        modelBuilder.Entity<IdempotentRequest>().HasKey(request => new { request.Tenant, request.Key }).IsClustered(false);
        // Its number is made by the server: without this EF inserts several entries by MERGE, which not every server of this protocol has.
        modelBuilder.Entity<AuditEntry>().ToTable(table => table.UseSqlOutputClause(false));
    }

    // JSON as UTF-8 takes half the room of nvarchar, and goes from the network to the table and back as it is.
    private static void InBytes(PropertyBuilder property) => property.HasConversion(new StringToBytesConverter(Encoding.UTF8));

    private static bool IsText(IMutableProperty property) => (property.GetValueConverter()?.ProviderClrType ?? property.ClrType) == typeof(string);
}
