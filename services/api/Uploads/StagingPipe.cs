using System.Threading.Channels;

namespace BatchPlatform.Api.Uploads;

/// <summary>Stores an upload's chunks while the next ones are being read, and keeps the upload's lease while nothing comes.</summary>
/// <param name="stage">Stores some records and renews the lease; may be called again before it is done.</param>
/// <param name="renew">Renews the lease.</param>
/// <param name="renewEvery">How often that is due while nothing is stored.</param>
/// <param name="writers">How many chunks are stored at once.</param>
/// <param name="time">The clock.</param>
internal sealed class StagingPipe<T>(
    Func<IReadOnlyList<T>, CancellationToken, Task> stage, Func<CancellationToken, Task> renew, TimeSpan renewEvery, int writers, TimeProvider time)
{
    // Besides those that are being stored, one waits, and one is being read.
    private readonly Channel<UploadChunk<T>> _chunks = Channel.CreateBounded<UploadChunk<T>>(1);

    /// <summary>Reads the whole body; its records are staged unless one is bad.</summary>
    public async Task RunAsync(UploadReader<T> reader, UploadErrors errors, CancellationToken cancellationToken)
    {
        var storing = Task.WhenAll(Enumerable.Range(0, writers).Select(_ => StoreAsync(cancellationToken)));
        try
        {
            await foreach (var chunk in reader.ReadAsync(cancellationToken))
            {
                if (errors.Count > 0 || chunk.Records.Count == 0)
                {
                    // Nothing will be taken in: the rest is only checked.
                    chunk.Dispose();
                }
                else
                {
                    await _chunks.Writer.WriteAsync(chunk, cancellationToken);
                }
            }
        }
        finally
        {
            // When storing has failed, its error is the one that counts.
            _chunks.Writer.TryComplete();
            await storing;
        }
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await NextAsync(cancellationToken))
            {
                while (_chunks.Reader.TryRead(out var chunk))
                {
                    using (chunk)
                    {
                        await stage(chunk.Records, cancellationToken);
                    }
                }
            }
        }
        catch (Exception error)
        {
            _chunks.Writer.TryComplete(error);
            throw;
        }
    }

    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var next = _chunks.Reader.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            try
            {
                return await next.WaitAsync(renewEvery, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                await renew(cancellationToken);
            }
        }
    }
}
