using BatchPlatform.Client;
using BatchPlatform.Dashboard.Plots;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>Where values lie in a plot.</summary>
public sealed class PlotTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.7, 1)]
    [InlineData(1, 1)]
    [InlineData(13, 20)]
    [InlineData(21, 25)]
    [InlineData(260, 500)]
    [InlineData(99_999, 100_000)]
    public void The_scale_ends_at_a_round_number_above_all_values(double highest, double max) => Assert.Equal(max, new PlotScale(10, highest).Max);

    [Fact]
    public void A_line_is_broken_where_there_is_no_value()
    {
        var path = new PlotScale(4, 10).Path([1, 2, null, 3]);

        Assert.Equal(2, path.Count(step => step == 'M'));
        Assert.Equal(1, path.Count(step => step == 'L'));
        Assert.EndsWith("h4", path, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_are_put_together_where_there_is_no_room_for_each()
    {
        var points = Enumerable.Range(0, 360).Select(step => new ActivityPoint(DateTimeOffset.UnixEpoch.AddSeconds(10 * step), 20, 10, step < 6 ? 5 : null, step, step, 2, 3));
        var activity = new Activity(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1), 10, [.. points], new Backlog(0, 0, 0, 0));

        var plot = ActivityPlot.Of(activity);

        Assert.Equal(60, plot.Moments.Count);
        Assert.All(plot.Outcomes[0].Values, perSecond => Assert.Equal(2, perSecond));
        Assert.All(plot.Outcomes[1].Values, perSecond => Assert.Equal(1, perSecond));
        Assert.Equal([5, null], plot.Latencies[0].Values.Take(2));
        Assert.Equal([5, 11], plot.Latencies[1].Values.Take(2));
        Assert.Equal([5, 11], plot.Depths[0].Values.Take(2));
        Assert.All(plot.Depths[2].Values, jobs => Assert.Equal(3, jobs));
    }
}
