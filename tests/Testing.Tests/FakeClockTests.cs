using Xunit;

namespace BatchPlatform.Testing.Tests;

public sealed class FakeClockTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var (now, stamp) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        _clock.Advance(TimeSpan.FromHours(24));

        Assert.Equal(now.AddHours(24), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromHours(24), _clock.GetElapsedTime(stamp));
    }

    [Fact]
    public void A_delay_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(5), _clock);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(delay.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(delay.IsCompleted);
        Assert.Equal(0, _clock.ActiveTimers);
    }

    [Fact]
    public async Task A_periodic_timer_ticks_once_a_period()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _clock);
        for (var tick = 0; tick < 3; tick++)
        {
            var next = timer.WaitForNextTickAsync();
            Assert.False(next.IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await next);
        }
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_time_and_see_that_time()
    {
        var start = _clock.GetUtcNow();
        var fired = new List<double>();
        using var late = _clock.CreateTimer(_ => fired.Add(Elapsed()), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var repeating = _clock.CreateTimer(_ => fired.Add(Elapsed()), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([2, 3, 4], fired);
        double Elapsed() => (_clock.GetUtcNow() - start).TotalSeconds;
    }

    [Fact]
    public void After_a_jump_each_timer_that_came_due_fires_once()
    {
        var start = _clock.GetUtcNow();
        var fired = new List<double>();
        using var once = _clock.CreateTimer(_ => fired.Add(Elapsed()), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var repeating = _clock.CreateTimer(_ => fired.Add(Elapsed()), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        _clock.Jump(TimeSpan.FromSeconds(9));
        Assert.Equal([9, 9], fired);

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([9, 9, 11], fired);
        double Elapsed() => (_clock.GetUtcNow() - start).TotalSeconds;
    }

    [Fact]
    public void A_disposed_timer_does_not_fire()
    {
        var fired = false;
        _clock.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.False(fired);
    }
}
