using System.Runtime.CompilerServices;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Expansions;

/// <summary>Reads a dataset's content in pages that fit into one short transaction, however large its rows are.</summary>
internal sealed class ContentPages(BatchStore store, long content, int rows)
{
    private const int PageChars = 512 * 1024;
    private const int FirstSpan = 64;
    private const int MaxSpan = 5000;

    /// <summary>All rows in order.</summary>
    /// <exception cref="InvalidOperationException">A row is missing.</exception>
    public async IAsyncEnumerable<List<DatasetRow>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var span = FirstSpan;
        for (var from = 0; from < rows;)
        {
            var end = Math.Min(from + span, rows);
            var page = await ReadAsync(from, end, cancellationToken);
            if (page.Count != end - from)
            {
                throw new InvalidOperationException($"Content {content} has lost rows between {from} and {end}.");
            }

            yield return page;
            // As many as would fill the next page, if they are like these.
            span = (int)Math.Clamp((long)page.Count * PageChars / Math.Max(page.Sum(row => (long)row.Json.Length), 1), 1, MaxSpan);
            from = end;
        }
    }

    private async Task<List<DatasetRow>> ReadAsync(int from, int end, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.DatasetRows.Where(row => row.Content == content && row.Index >= from && row.Index < end).OrderBy(row => row.Index).ToListAsync(cancellationToken);
    }
}
