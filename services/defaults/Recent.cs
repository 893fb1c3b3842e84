using System.Collections.Concurrent;

namespace BatchPlatform.Defaults;

/// <summary>Remembers what was read lately, so that most who ask cost no query, and none is told what is older than he can bear.</summary>
/// <param name="fresh">How old an answer may be, counted from before it was read.</param>
/// <param name="time">The clock.</param>
public sealed class Recent<TKey, TValue>(TimeSpan fresh, TimeProvider time)
    where TKey : notnull
{
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<TKey, (TValue Value, long ReadAt)> _known = new();

    /// <summary>What is remembered of the key, or what <paramref name="read"/> gives.</summary>
    public async ValueTask<TValue> GetAsync(TKey key, Func<TKey, CancellationToken, Task<TValue>> read, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(key, out var known) && time.GetElapsedTime(known.ReadAt) < fresh)
        {
            return known.Value;
        }

        var readAt = time.GetTimestamp();
        var value = await read(key, cancellationToken);
        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        _known[key] = (value, readAt);
        return value;
    }

    /// <summary>Something was written: who asks next looks again.</summary>
    public void Forget(TKey key) => _known.TryRemove(key, out _);
}
