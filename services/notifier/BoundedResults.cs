using System.Buffers;
using System.Data;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>Reads the results that go into a callback itself.</summary>
public sealed class BoundedResults(BatchStore store, IOptions<NotifierOptions> options)
{
    // Results of one query.
    private const int Span = 4096;

    /// <summary>The results as a download has them; null when the client wants none in the callback, or they are larger than the bound.</summary>
    public Task<byte[]?> ReadAsync(BatchNews news, ResultFormat format, CancellationToken cancellationToken) =>
        ReadAsync(news, text => format.Writer(text, positions: false), cancellationToken);

    /// <summary>The same as <paramref name="writer"/> writes them, for a dialect.</summary>
    public async Task<byte[]?> ReadAsync(BatchNews news, Func<ArrayBufferWriter<byte>, IResultFormat> writer, CancellationToken cancellationToken)
    {
        if (!news.WantsResults)
        {
            return null;
        }

        var text = new ArrayBufferWriter<byte>();
        using var results = writer(text);
        results.Begin();
        for (var from = 0; from < news.Batch.NextIndex && news.Runs.Count > 0; from += Span)
        {
            var page = new ResultStretch(news.Runs, ResultOrder.Index, from, Math.Min(from + Span, news.Batch.NextIndex));
            if (!await AppendAsync(news, page, results, text, cancellationToken))
            {
                return null;
            }
        }

        results.End();
        return text.WrittenSpan.ToArray();
    }

    // False once they have grown beyond the bound.
    private async Task<bool> AppendAsync(
        BatchNews news, ResultStretch page, IResultFormat results, ArrayBufferWriter<byte> text, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        await using var command = await new ResultQuery(news.Batch.Number, news.ResultState).CommandAsync(db, page, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        var row = new ResultRow(reader);
        while (await reader.ReadAsync(cancellationToken))
        {
            results.Write(row);
            if (text.WrittenCount > options.Value.ResultsBytes)
            {
                command.Cancel(); // What is left of the page would be sent by the database for nothing.
                return false;
            }
        }

        return true;
    }
}
