using System.Data;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace BatchPlatform.Store.Tests;

/// <summary>What statements of our own read of a row is what EF reads of it.</summary>
public abstract class EntityRowsTests(StoreFixture fixture)
{
    private readonly BatchStore _store = fixture.Store;
    private readonly long _number = StoreFixture.NextBatch();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_is_read_with_all_that_it_has(bool nulls)
    {
        var batch = SampleRows.Filled<Batch>(nulls);
        batch.Number = _number;

        await AssertSameAsync(batch, $"number = {_number}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_is_read_with_all_that_it_has(bool nulls)
    {
        var run = SampleRows.Filled<Run>(nulls);
        run.Batch = _number;

        await AssertSameAsync(run, $"batch = {_number}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_slice_is_read_with_all_that_it_has(bool nulls)
    {
        var slice = SampleRows.Filled<Slice>(nulls);
        slice.Batch = _number;

        await AssertSameAsync(slice, $"batch = {_number}");
    }

    [Fact]
    public async Task A_batch_that_was_locked_is_saved_once_it_is_changed_and_not_before()
    {
        var batch = SampleRows.Filled<Batch>();
        batch.Number = _number;
        await InsertAsync(batch);

        await using var unit = await _store.BeginAsync();
        var locked = await unit.Db.LockBatchAsync(batch.CorrelationId, default);
        Assert.Equal(0, await unit.Db.SaveChangesAsync());
        locked!.Total++;
        Assert.Equal(1, await unit.Db.SaveChangesAsync());
        await unit.CommitAsync();

        await using var db = _store.Read();
        Assert.Equal(batch.Total + 1, (await db.Batches.SingleAsync(row => row.Number == _number)).Total);
        Assert.Null(await db.LockBatchAsync(Guid.NewGuid(), default));
    }

    private async Task AssertSameAsync<T>(T row, FormattableString where)
        where T : class
    {
        await InsertAsync(row);

        await using var db = _store.Read();
        var rows = db.RowsOf<T>();
        var table = Interpolated.Text(db.Model.FindEntityType(typeof(T))!.GetTableName()!);
        var read = await RawStatement.RowsAsync(db, $"SELECT {Interpolated.Text(rows.Columns())} FROM {table} WHERE {where}", [], reader => rows.Read(reader), default);
        Assert.Equal(SampleRows.Text(row), SampleRows.Text(Assert.Single(read)));
    }

    private async Task InsertAsync<T>(T row)
        where T : class
    {
        await using var unit = await _store.BeginAsync();
        unit.Db.Add(row);
        await unit.CommitAsync();
    }
}

public sealed class SqliteEntityRowsTests(SqliteFixture fixture) : EntityRowsTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresEntityRowsTests(PostgresFixture fixture) : EntityRowsTests(fixture), IClassFixture<PostgresFixture>;

/// <summary>SQL Server is not here: a table in memory hands over what its driver would.</summary>
public sealed class SqlServerEntityRowsTests
{
    [Fact]
    public void Rows_are_read_by_the_types_of_SQL_Server()
    {
        using var db = new SqlServerStoreDb(new DbContextOptionsBuilder<SqlServerStoreDb>().UseSqlServer("Server=127.0.0.1").Options);

        AssertSame(db, SampleRows.Filled<Batch>());
        AssertSame(db, SampleRows.Filled<Run>());
        AssertSame(db, SampleRows.Filled<Lane>());
        AssertSame(db, SampleRows.Filled<Slice>());
        AssertSame(db, SampleRows.Filled<Gate>());
        AssertSame(db, SampleRows.Filled<Batch>(nulls: true));
    }

    private static void AssertSame<T>(StoreDb db, T row)
        where T : class
    {
        var properties = db.Model.FindEntityType(typeof(T))!.GetProperties().ToList();
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("before", typeof(int));
        foreach (var property in properties)
        {
            table.Columns.Add(property.GetColumnName(), StoredType(property));
        }

        table.Rows.Add([1, .. properties.Select(property => Stored(property, property.GetGetter().GetClrValue(row)))]);
        using var reader = table.CreateDataReader();
        reader.Read();

        Assert.Equal(properties.Count, db.RowsOf<T>().Width);
        Assert.Equal(SampleRows.Text(row), SampleRows.Text(db.RowsOf<T>().Read(reader, first: 1)));
    }

    private static Type StoredType(IProperty property)
    {
        var type = property.GetTypeMapping().Converter?.ProviderClrType ?? property.ClrType;
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    private static object Stored(IProperty property, object? value) =>
        (value is null ? null : property.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value) ?? DBNull.Value;
}

/// <summary>Rows that have a value in each column, each another one.</summary>
internal static class SampleRows
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    /// <param name="nulls">Leave out what may be null.</param>
    public static T Filled<T>(bool nulls = false)
        where T : class, new()
    {
        var (row, place, nullability) = (new T(), 0, new NullabilityInfoContext());
        foreach (var property in typeof(T).GetProperties().Where(property => !nulls || nullability.Create(property).WriteState != NullabilityState.Nullable))
        {
            property.SetValue(row, Value(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, ++place));
        }

        return row;
    }

    /// <summary>All that a row has, times with their kind.</summary>
    public static string Text<T>(T row) => string.Join('\n', typeof(T).GetProperties().Select(property => $"{property.Name}: {JsonSerializer.Serialize(property.GetValue(row))}"));

    private static object Value(Type type, int place) => type switch
    {
        _ when type == typeof(string) => $"text {place}",
        _ when type == typeof(Guid) => Guid.NewGuid(),
        _ when type == typeof(bool) => true,
        _ when type == typeof(DateTime) => Now.AddMicroseconds(place),
        _ when type == typeof(double) => place + 0.5,
        _ when type == typeof(BatchSettings) => new BatchSettings(StopOnJobError: true, BatchPriority.High, Limits: new BatchLimits(1.5, 2)),
        _ when type == typeof(Callback) => new Callback("https://example.com/done"),
        _ when type == typeof(Schedule) => new Schedule(Cron: "0 3 * * *"),
        _ when type == typeof(SliceJobs) => SliceJobs.Parse("1-3,7"),
        _ when type == typeof(IReadOnlyList<DateTime>) => new[] { Now },
        _ when type == typeof(IReadOnlyList<LaneCount>) => new[] { new LaneCount("event", 0, 3) },
        _ when type == typeof(IReadOnlyList<CommandReply>) => new[] { new CommandReply(Guid.NewGuid(), null, null, BatchState.Running, 3, 1) },
        _ when type.IsEnum => Enum.GetValues(type).GetValue(1)!,
        _ => Convert.ChangeType(place, type, CultureInfo.InvariantCulture),
    };
}
