using System.Buffers;
using System.Data;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>
/// Streams results page by page. A page is read in one short query, looked over, and only then waits for a slow client,
/// so that no reader holds the database, and memory holds two pages however large the batch is: the one that is read, and the
/// one before, which may still be on its way.
/// </summary>
internal sealed class ResultDownload(BatchStore store, BatchRef batch, int run, ResultQuery query)
{
    /// <summary>A page ends with the result that makes it so large.</summary>
    internal const int PageBytes = 512 * 1024;

    private const int FirstPageBytes = 16 * 1024;
    private const int MinSpan = 16;
    private const int MaxSpan = 8192;
    private const int FirstSpan = 256;

    // Not the response's own buffer: while chunking, that may hand out a little less room than was asked for, which
    // Utf8JsonWriter takes for a fault.
    private readonly ArrayBufferWriter<byte> _page = new(FirstPageBytes);

    /// <summary>Writes the stretches one after the other; false when batch or run went away meanwhile.</summary>
    /// <param name="stretches">What to write.</param>
    /// <param name="writer">How.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    public async Task<bool> WriteAsync(
        IReadOnlyList<ResultStretch> stretches, Func<IBufferWriter<byte>, IResultFormat> writer, Stream output, CancellationToken cancellationToken)
    {
        using var results = writer(_page);
        results.Begin();
        var span = FirstSpan;
        foreach (var stretch in stretches)
        {
            for (var from = stretch.From; from < stretch.End;)
            {
                var page = stretch with { From = from, End = (int)Math.Min((long)from + span, stretch.End) };
                (from, var sure) = await FillPageAsync(page, results, cancellationToken);
                if (!sure && !await IsThereAsync(cancellationToken))
                {
                    return false;
                }

                span = NextSpan(from - page.From, _page.WrittenCount);
                await SendPageAsync(output, cancellationToken);
            }
        }

        results.End();
        await SendPageAsync(output, cancellationToken);
        return true;
    }

    // Writes until the page is full. Tells where the next one begins, and whether what was read is sure to be all that there is:
    // a page without results may be one whose results have been removed.
    private async Task<(int Next, bool Sure)> FillPageAsync(ResultStretch page, IResultFormat results, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        await using var command = await query.CommandAsync(db, page, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        var (row, sure) = (new ResultRow(reader), reader.HasRows && ResultQuery.SeesOneMoment(db));
        while (await reader.ReadAsync(cancellationToken))
        {
            results.Write(row);
            if (_page.WrittenCount >= PageBytes)
            {
                // The results grew all at once: what is left of the page would be sent by the database for nothing.
                command.Cancel();
                return ((page.Order == ResultOrder.Index ? row.Index : row.Position.Seq) + 1, sure);
            }
        }

        return (page.End, sure);
    }

    private async Task SendPageAsync(Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(_page.WrittenMemory, cancellationToken);
        await output.FlushAsync(cancellationToken);
        _page.ResetWrittenCount();
    }

    // As many as would fill the next page to three quarters, if they are like these.
    private static int NextSpan(int span, long bytes) => (int)Math.Clamp(span * (PageBytes * 0.75) / Math.Max(bytes, 1), MinSpan, MaxSpan);

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Runs.AnyAsync(
            each => each.Batch == batch.Number && each.Number == run && each.ExpiredAt == null && db.Batches.Any(row => row.Number == batch.Number && row.DeletedAt == null),
            cancellationToken);
    }
}
