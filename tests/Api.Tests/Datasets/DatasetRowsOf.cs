using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests.Datasets;

internal static class DatasetRowsOf
{
    /// <summary>The rows of what the dataset holds, in order.</summary>
    public static Task<List<string>> RowsAsync(this ApiApp app, Guid dataset) => app.ReadAsync(db => db.DatasetRows
        .Where(row => db.Datasets.Any(each => each.Id == dataset && each.Content == row.Content))
        .OrderBy(row => row.Index)
        .Select(row => row.Json)
        .ToListAsync());

    /// <summary>All rows that were ever uploaded to the dataset and are still stored.</summary>
    public static Task<int> StoredRowsAsync(this ApiApp app, Guid dataset) => app.ReadAsync(db => db.DatasetRows
        .CountAsync(row => db.DatasetContents.Any(content => content.Number == row.Content && content.Dataset == dataset)));
}
