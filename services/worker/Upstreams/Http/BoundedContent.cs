namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Reads an answer's body into memory up to a bound, counted after decompression.</summary>
internal static class BoundedContent
{
    private const int FirstGuess = 4096;

    /// <returns>Null when there is more than <paramref name="max"/> bytes; the rest is left unread.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, int max, CancellationToken cancellationToken)
    {
        var expected = content.Headers.ContentLength ?? FirstGuess;
        if (content.Headers.ContentLength > max)
        {
            return null;
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        // One byte more than is expected, so that the end shows without growing.
        var buffer = new byte[(int)Math.Min(expected, max) + 1];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is var read && read > 0)
        {
            length += read;
            if (length > max)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(2L * length, max + 1L));
            }
        }

        return buffer.AsMemory(0, length);
    }
}
