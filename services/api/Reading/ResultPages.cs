using BatchPlatform.Store;

namespace BatchPlatform.Api.Reading;

/// <summary>Opens the pages of a stretch one after the other: at most the one that is read, and the next.</summary>
internal sealed class ResultPages(BatchStore store, ResultQuery query, ResultStretch stretch) : IAsyncDisposable
{
    private Task<ResultPage>? _ahead;

    /// <summary>The page that begins there: the one that was opened ahead, unless the one before ended earlier than was thought.</summary>
    /// <param name="from">The index or arrival number that it begins with.</param>
    /// <param name="span">So many numbers long, unless it was opened ahead or the stretch ends before.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<ResultPage> OpenAsync(int from, int span, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _ahead, null) is { } ahead)
        {
            var page = await ahead;
            if (page.From == from)
            {
                return page;
            }

            await page.DisposeAsync();
        }

        return await BeginAsync(from, span, cancellationToken);
    }

    /// <summary>Has the database begin with the next page before its turn, if there is one and it has not begun yet.</summary>
    public void OpenAhead(int from, int span, CancellationToken cancellationToken) =>
        _ahead ??= from < stretch.End ? BeginAsync(from, span, cancellationToken) : null;

    /// <summary>Closes the page that was opened ahead and is not wanted any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ahead is null)
        {
            return;
        }

        await ((Task)_ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_ahead.IsCompletedSuccessfully)
        {
            await (await _ahead).DisposeAsync();
        }
    }

    private Task<ResultPage> BeginAsync(int from, int span, CancellationToken cancellationToken) =>
        ResultPage.OpenAsync(store, query, stretch with { From = from, End = (int)Math.Min((long)from + span, stretch.End) }, cancellationToken);
}
