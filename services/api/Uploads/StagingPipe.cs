using System.Threading.Channels;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Uploads;

/// <summary>Stores an upload's chunks while the next ones are being read, and keeps the append's lease while nothing comes.</summary>
internal sealed class StagingPipe(AppendRows rows, BatchStore store, TimeProvider time, Append row, Ticket ticket)
{
    // One being stored, one waiting, one being read.
    private readonly Channel<JobChunk> _chunks = Channel.CreateBounded<JobChunk>(1);

    /// <summary>Reads the whole body; its jobs are staged unless one is bad.</summary>
    public async Task RunAsync(UploadReader reader, JobRules rules, CancellationToken cancellationToken)
    {
        var storing = StoreAsync(cancellationToken);
        try
        {
            await foreach (var chunk in reader.ReadAsync(cancellationToken))
            {
                if (rules.Errors.Count > 0 || chunk.Jobs.Count == 0)
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
                        await rows.StageAsync(row, chunk.Jobs, ticket.RenewLeaseAsync, cancellationToken);
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
                return await next.WaitAsync(rows.RenewEvery, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                await RenewAsync(cancellationToken);
            }
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        await rows.HoldAsync(unit.Db, row);
        await ticket.RenewLeaseAsync(unit.Db);
        await unit.CommitAsync(cancellationToken);
    }
}
