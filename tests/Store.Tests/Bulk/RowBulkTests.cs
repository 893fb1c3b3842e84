using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Tests.Bulk;

/// <summary>What bulk writes of datasets' rows promise, whatever the provider.</summary>
public abstract class RowBulkTests(StoreFixture fixture)
{
    private readonly BatchStore _store = fixture.Store;
    private readonly long _content = StoreFixture.NextBatch();

    [Fact]
    public async Task Rows_are_stored_as_the_text_that_they_were()
    {
        string[] rows = ["{}", """{"text":"Grüße, 招待, 🎉, \u0000 and 'quotes' \"\\"}""", $$"""{"x":"{{new string('y', Limits.ParamsBytes)}}"}"""];

        await InsertAsync([.. rows.Select((json, index) => new StagedRow(index, Encoding.UTF8.GetBytes(json)))]);

        await using var db = _store.Read();
        Assert.Equal(rows, await db.DatasetRows.Where(row => row.Content == _content).OrderBy(row => row.Index).Select(row => row.Json).ToListAsync());
    }

    [Fact]
    public async Task A_row_that_is_there_already_is_refused_with_all_others()
    {
        await InsertAsync([new StagedRow(1, "{}"u8.ToArray())]);

        await Assert.ThrowsAsync<DbUpdateException>(() => InsertAsync([new StagedRow(0, "{}"u8.ToArray()), new StagedRow(1, "{}"u8.ToArray())]));

        await using var db = _store.Read();
        Assert.Equal(1, await db.DatasetRows.CountAsync(row => row.Content == _content));
    }

    [Fact]
    public async Task Nothing_is_a_valid_number_of_rows() => await InsertAsync([]);

    private async Task InsertAsync(IReadOnlyList<StagedRow> rows)
    {
        await using var unit = await _store.BeginAsync();
        await _store.Bulk.InsertRowsAsync(unit.Db, _content, rows, default);
        await unit.CommitAsync();
    }
}

public sealed class SqliteRowBulkTests(SqliteFixture fixture) : RowBulkTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresRowBulkTests(PostgresFixture fixture) : RowBulkTests(fixture), IClassFixture<PostgresFixture>;
