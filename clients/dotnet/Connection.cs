namespace BatchPlatform.Client;

/// <summary>Reads from a connection that may be lost.</summary>
internal static class Connection
{
    /// <summary>Whether there is a next item; false also when the connection was lost.</summary>
    public static async ValueTask<bool> MovesAsync<T>(IAsyncEnumerator<T> items, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception error) when (error is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
