using BatchPlatform.Store.Tables;

namespace BatchPlatform.Store;

/// <summary>Draws numbers of batches, datasets and their contents: positive, rising, unique over all processes, with gaps. Reserves them in blocks to spare round trips.</summary>
public sealed class NumberSource(BatchStore store) : IDisposable
{
    private const int Block = 64;
    private const string Name = "batch_number";
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _next;
    private long _last = -1;

    /// <summary>The next number.</summary>
    public async Task<long> NextAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_next > _last || _last < 0)
            {
                _last = await ReserveAsync(cancellationToken);
                _next = _last - Block + 1;
            }

            return _next++;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<long> ReserveAsync(CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var row = await unit.Db.UpdateOrInsertAsync(
            $"UPDATE sequences SET value = value + {Block}", $"name = {Name}", () => new Sequence { Name = Name }, cancellationToken);
        await unit.CommitAsync(cancellationToken);
        return row.Value;
    }
}
