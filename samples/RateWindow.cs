namespace BatchPlatform.Samples;

/// <summary>Admits so many calls in each second, counted from the first call of that second; a limit of 0 admits all.</summary>
internal sealed class RateWindow(int limit, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long? _opened;
    private int _taken;

    public bool TryTake()
    {
        if (limit == 0)
        {
            return true;
        }

        lock (_lock)
        {
            if (_opened is not { } opened || clock.GetElapsedTime(opened) >= TimeSpan.FromSeconds(1))
            {
                _opened = clock.GetTimestamp();
                _taken = 0;
            }

            return _taken++ < limit;
        }
    }
}
