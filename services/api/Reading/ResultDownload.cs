using System.Data;
using System.IO.Pipelines;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>
/// Streams results page by page. A page is read in one short query, looked over, and only then waits for a slow client,
/// so that no reader holds the database and memory holds one page however large the batch is.
/// </summary>
internal sealed class ResultDownload(BatchStore store, BatchRef batch, int run, ResultQuery query)
{
    // About this much is written before the client's pace counts.
    private const int PageBytes = 512 * 1024;
    private const int MinSpan = 16;
    private const int MaxSpan = 8192;
    private const int FirstSpan = 256;

    /// <summary>Writes the stretches one after the other; false when batch or run went away meanwhile.</summary>
    public async Task<bool> WriteAsync(IEnumerable<ResultStretch> stretches, IResultFormat format, PipeWriter output, CancellationToken cancellationToken)
    {
        format.Begin();
        var span = FirstSpan;
        foreach (var stretch in stretches)
        {
            for (var from = stretch.From; from < stretch.End;)
            {
                var page = stretch with { From = from, End = (int)Math.Min((long)from + span, stretch.End) };
                from = await WritePageAsync(page, format, output, cancellationToken);
                if (!await IsThereAsync(cancellationToken))
                {
                    return false;
                }

                span = NextSpan(from - page.From, output.UnflushedBytes);
                await output.FlushAsync(cancellationToken);
            }
        }

        format.End();
        await output.FlushAsync(cancellationToken);
        return true;
    }

    // Writes until the page is full and returns where the next one begins.
    private async Task<int> WritePageAsync(ResultStretch page, IResultFormat format, PipeWriter output, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        await using var command = await query.CommandAsync(db, page, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        var row = new ResultRow(reader);
        while (await reader.ReadAsync(cancellationToken))
        {
            format.Write(row);
            if (output.UnflushedBytes >= PageBytes)
            {
                // The results grew all at once: what is left of the page would be sent by the database for nothing.
                command.Cancel();
                return (page.Order == ResultOrder.Index ? row.Index : row.Position.Seq) + 1;
            }
        }

        return page.End;
    }

    // As many as would fill the next page to three quarters, if they are like these.
    private static int NextSpan(int span, long bytes) => (int)Math.Clamp(span * (PageBytes * 0.75) / Math.Max(bytes, 1), MinSpan, MaxSpan);

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Runs.AnyAsync(
            each => each.Batch == batch.Number && each.Number == run && db.Batches.Any(row => row.Number == batch.Number && row.DeletedAt == null),
            cancellationToken);
    }
}
