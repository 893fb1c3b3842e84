using System.Buffers;
using BatchPlatform.Store;

namespace BatchPlatform.Api.Reading;

/// <summary>
/// Streams results page by page. A page is read in one short query, looked over, and only then waits for a slow client, so that no
/// reader holds the database; for a client that keeps up, the database works on the next page while this one is written. Memory holds
/// four pages however large the batch is: the one that is written, the one before, and two that the connection takes.
/// </summary>
internal sealed class ResultDownload(BatchStore store, BatchRef batch, int run, ResultQuery query)
{
    /// <summary>A page ends with the result that makes it so large.</summary>
    internal const int PageBytes = 512 * 1024;

    private const int MinSpan = 16;
    private const int MaxSpan = 8192;
    private const int FirstSpan = 256;

    private readonly PageBuffer _page = new();
    private Task _sending = Task.CompletedTask;
    private int _span = FirstSpan;

    /// <summary>Writes the stretches one after the other, once; false when batch or run went away meanwhile.</summary>
    /// <param name="stretches">What to write.</param>
    /// <param name="writer">How.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    public async Task<bool> WriteAsync(
        IReadOnlyList<ResultStretch> stretches, Func<IBufferWriter<byte>, IResultFormat> writer, Stream output, CancellationToken cancellationToken)
    {
        using var results = writer(_page);
        try
        {
            results.Begin();
            foreach (var stretch in stretches)
            {
                if (!await WriteAsync(stretch, results, output, cancellationToken))
                {
                    return false;
                }
            }

            results.End();
            await SendAsync(output, cancellationToken);
            await _sending;
            return true;
        }
        finally
        {
            // Whoever asked may do something else with the output.
            await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> WriteAsync(ResultStretch stretch, IResultFormat results, Stream output, CancellationToken cancellationToken)
    {
        await using var pages = new ResultPages(store, query, stretch);
        for (var from = stretch.From; from < stretch.End;)
        {
            await using (var page = await pages.OpenAsync(from, _span, cancellationToken))
            {
                from = await FillAsync(page, pages, results, cancellationToken);
                if (!page.IsSure && !await page.IsThereAsync(batch.Number, run, cancellationToken))
                {
                    return false;
                }

                _span = NextSpan(from - page.From, _page.WrittenCount);
            }

            await SendAsync(output, cancellationToken);
        }

        return true;
    }

    // Writes until the page is full, and tells where the next one begins.
    private async Task<int> FillAsync(ResultPage page, ResultPages pages, IResultFormat results, CancellationToken cancellationToken)
    {
        while (await page.ReadAsync(cancellationToken))
        {
            // Once the client has the page before, nothing waits for it while this page and the next are open.
            if (_sending.IsCompleted)
            {
                pages.OpenAhead(page.End, _span, cancellationToken);
            }

            results.Write(page.Row);
            if (_page.WrittenCount >= PageBytes)
            {
                return page.Cut();
            }
        }

        return page.End;
    }

    // Begins when the page before has left.
    private async Task SendAsync(Stream output, CancellationToken cancellationToken)
    {
        await _sending;
        _sending = SendAsync(_page.Turn(), output, cancellationToken);
    }

    private static async Task SendAsync(ReadOnlyMemory<byte> page, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(page, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    // As many as would fill the next page to three quarters, if they are like these.
    private static int NextSpan(int span, long bytes) => (int)Math.Clamp(span * (PageBytes * 0.75) / Math.Max(bytes, 1), MinSpan, MaxSpan);
}
