using System.Collections.Concurrent;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>
/// Writes down when keys last let somebody in: once a minute and when the process stops, for all of them at once, so that no
/// request waits for it. Several instances may do it; the latest time stays.
/// </summary>
public sealed partial class KeyUses(BatchStore store, TimeProvider time, ILogger<KeyUses> logger) : Clock(time, logger)
{
    private const int ChunkKeys = 200;

    private readonly TimeProvider _time = time;

    // As many as there are keys, at most: nobody else is noted.
    private readonly ConcurrentDictionary<string, DateTime> _seen = new();

    protected override TimeSpan Period => TimeSpan.FromMinutes(1);

    /// <summary>The key has just let somebody in.</summary>
    public void Note(string id) => _seen[id] = _time.GetUtcNow().UtcDateTime;

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        // In order, so that two instances that write the same keys do not wait for each other in a circle.
        foreach (var chunk in _seen.OrderBy(use => use.Key, StringComparer.Ordinal).Chunk(ChunkKeys))
        {
            await WriteAsync(chunk, cancellationToken);
            foreach (var use in chunk)
            {
                // Only as it was written: a later use waits for the next time.
                _seen.TryRemove(use);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await TickAsync(cancellationToken);
        }
        catch (Exception error) when (error.IsOfStore() || error is OperationCanceledException)
        {
            Log.NotWritten(logger, error.GetType().Name);
        }
    }

    private async Task WriteAsync(IEnumerable<KeyValuePair<string, DateTime>> uses, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        foreach (var (id, at) in uses)
        {
            await unit.Db.Keys
                .Where(key => key.Id == id && (key.LastUsedAt == null || key.LastUsedAt < at))
                .ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, at), cancellationToken);
        }

        await unit.CommitAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "When keys were used in the last minute could not be written ({Error})")]
        public static partial void NotWritten(ILogger logger, string error);
    }
}
