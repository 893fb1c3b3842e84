using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Auditing;

/// <summary>Removes entries of the audit that have been kept long enough: the only way in which it ever loses any.</summary>
public sealed class OldAudit(BatchStore store, TimeProvider time, IOptions<AuditOptions> options)
{
    private const int ChunkRows = 1000;

    /// <summary>Removes them, some in each transaction.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().UtcDateTime.AddDays(-options.Value.KeepDays);
        while (await RemoveChunkAsync(before, cancellationToken) == ChunkRows)
        {
        }
    }

    private async Task<int> RemoveChunkAsync(DateTime before, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var old = unit.Db.Audit.Where(entry => entry.At < before).OrderBy(entry => entry.At).Take(ChunkRows).Select(entry => entry.Number);
        var removed = await unit.Db.Audit.Where(entry => old.Contains(entry.Number)).ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync(cancellationToken);
        return removed;
    }
}
