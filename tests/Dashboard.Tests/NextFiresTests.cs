using BatchPlatform.Client;
using BatchPlatform.Dashboard.Fires;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>The strip of the next seven days.</summary>
public sealed class NextFiresTests
{
    // A Sunday; clocks in Lisbon go back an hour in its night.
    private static readonly DateTimeOffset Now = new(2026, 10, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_fire_is_where_it_is_on_the_calendar()
    {
        var fires = NextFires.Of(new Schedule { Kind = ScheduleKind.Daily, Hours = [12], TimeZone = "UTC" }, Now);

        Assert.Equal(6, fires.Places.Count); // the seventh is just out of sight
        Assert.All(fires.Places.Index(), fire => Assert.Equal((fire.Index + 1) / 7.0, fire.Item, tolerance: 1.0 / 336));
    }

    [Fact]
    public void Fires_close_to_each_other_share_a_place()
    {
        var fires = NextFires.Of(new Schedule { Kind = ScheduleKind.Minutes, Minutes = "every_minute", TimeZone = "UTC" }, Now);

        Assert.Equal(336, fires.Places.Count);
    }

    [Fact]
    public void Days_are_those_of_the_schedules_own_time_zone()
    {
        var fires = NextFires.Of(new Schedule { Kind = ScheduleKind.Daily, Hours = [0], TimeZone = "Asia/Tokyo" }, Now);

        Assert.Equal("Asia/Tokyo", fires.Zone);
        Assert.Equal("Sun 25", fires.Days[0].Name);
        Assert.All(fires.Places, place => Assert.Contains(fires.Days, day => Math.Abs(day.At - place) < 1.0 / 336));
    }

    [Fact]
    public void What_never_fires_by_itself_has_no_places() => Assert.Empty(NextFires.Of(new Schedule { Kind = ScheduleKind.Manual }, Now).Places);
}
