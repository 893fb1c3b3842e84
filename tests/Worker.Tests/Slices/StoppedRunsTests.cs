using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Slices;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class StoppedRunsTests
{
    private readonly FakeClock _clock = new();
    private readonly StoppedRuns _stopped;
    private readonly RunSlice _slice = Given.Slice() with { Epoch = 3 };

    public StoppedRunsTests() => _stopped = new StoppedRuns(_clock);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void A_stop_covers_slices_cut_under_its_start_or_an_older_one(int epoch, bool covers)
    {
        _stopped.Remember(Stop(epoch));

        Assert.Equal(covers, _stopped.Covers(_slice));
    }

    [Fact]
    public void A_late_stop_of_an_older_start_takes_nothing_back()
    {
        _stopped.Remember(Stop(3));
        _stopped.Remember(Stop(1));

        Assert.True(_stopped.Covers(_slice));
    }

    [Fact]
    public void A_stop_is_forgotten_10_minutes_after_it_was_last_told()
    {
        _stopped.Remember(Stop(3));
        _clock.Advance(TimeSpan.FromMinutes(6));
        _stopped.Remember(Stop(3));
        _clock.Advance(TimeSpan.FromMinutes(6));
        _stopped.Remember(new StopRun(Guid.NewGuid(), 1, 1, Abort: false));
        Assert.True(_stopped.Covers(_slice));

        _clock.Advance(TimeSpan.FromMinutes(5));
        _stopped.Remember(new StopRun(Guid.NewGuid(), 1, 1, Abort: false));
        Assert.False(_stopped.Covers(_slice));
    }

    [Fact]
    public void At_most_10_000_stops_are_remembered()
    {
        _stopped.Remember(Stop(3));
        for (var i = 0; i < 9_999; i++)
        {
            _stopped.Remember(new StopRun(Guid.NewGuid(), 1, 1, Abort: false));
        }

        Assert.True(_stopped.Covers(_slice));
        _stopped.Remember(new StopRun(Guid.NewGuid(), 1, 1, Abort: false));
        Assert.False(_stopped.Covers(_slice));
    }

    private StopRun Stop(int epoch) => new(_slice.BatchId, _slice.Run, epoch, Abort: false);
}
