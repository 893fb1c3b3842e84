namespace BatchPlatform.Samples.Tests;

/// <summary>A clock that moves only when told, and tells when somebody waits on it.</summary>
internal sealed class ManualClock(DateTimeOffset start) : TimeProvider, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly SemaphoreSlim _created = new(0);
    private TimeSpan _elapsed;

    public ManualClock()
        : this(new DateTimeOffset(2027, 1, 2, 3, 4, 5, 678, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => start.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        _created.Release();
        return timer;
    }

    /// <summary>Completes once this many more waits have begun.</summary>
    public async Task WaitsBegunAsync(int count)
    {
        for (var begun = 0; begun < count; begun++)
        {
            Assert.True(await _created.WaitAsync(TimeSpan.FromSeconds(30)), $"Only {begun} of {count} waits began");
        }
    }

    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (_lock)
        {
            _elapsed += by;
            due = [.. _timers.Where(timer => timer.Due <= _elapsed)];
            _timers.RemoveAll(timer => timer.Due <= _elapsed);
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    public void Dispose() => _created.Dispose();

    private sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._elapsed + dueTime;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
