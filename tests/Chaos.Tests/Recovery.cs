using System.Collections.Concurrent;

namespace BatchPlatform.Chaos.Tests;

/// <summary>How long the platform took, after each fault had ended, until a batch made then was finished.</summary>
/// <param name="runBatchAsync">Makes a batch and returns when it is finished.</param>
internal sealed class Recovery(Func<Task> runBatchAsync)
{
    private readonly ConcurrentDictionary<string, List<TimeSpan>> _times = new(StringComparer.Ordinal);

    /// <summary>By kind of fault, in order of injection.</summary>
    public IReadOnlyDictionary<string, List<TimeSpan>> Times => _times;

    /// <summary>Measures it for faults that have just ended together.</summary>
    public async Task<TimeSpan> MeasureAsync(IEnumerable<string> kinds)
    {
        var began = TimeProvider.System.GetTimestamp();
        await runBatchAsync();
        var took = TimeProvider.System.GetElapsedTime(began);
        foreach (var kind in kinds)
        {
            _times.GetOrAdd(kind, _ => []).Add(took);
        }

        return took;
    }
}
