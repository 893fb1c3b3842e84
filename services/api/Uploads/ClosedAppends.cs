using System.Collections.Concurrent;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Appends that were taken in and whose rows nobody waits for: removed many at a time, after the answers were sent. What a
/// crash leaves behind is found by its lease.
/// </summary>
public sealed class ClosedAppends(BatchStore store)
{
    private const int MaxAtOnce = 500;
    private readonly ConcurrentQueue<Guid> _ids = new();

    public void Add(Append row) => _ids.Enqueue(row.Id);

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        while (Next() is { Count: > 0 } ids)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            await unit.Db.Appends.Where(append => ids.Contains(append.Id)).ExecuteDeleteAsync(cancellationToken);
            await unit.CommitAsync(cancellationToken);
        }
    }

    private List<Guid> Next()
    {
        var ids = new List<Guid>();
        while (ids.Count < MaxAtOnce && _ids.TryDequeue(out var id))
        {
            ids.Add(id);
        }

        return ids;
    }
}
