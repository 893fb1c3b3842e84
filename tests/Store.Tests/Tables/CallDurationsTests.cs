using BatchPlatform.Store.Tables;

namespace BatchPlatform.Store.Tests.Tables;

/// <summary>How many calls took how long.</summary>
public sealed class CallDurationsTests
{
    [Theory]
    [InlineData(0.5, 48, 52)]
    [InlineData(0.95, 94, 96)]
    [InlineData(1, 99, 100)]
    public void A_quantile_lies_within_its_class(double share, double least, double most)
    {
        var durations = CallDurations.Of(Enumerable.Range(1, 100));

        Assert.InRange(durations.Quantile(share)!.Value, least, most);
    }

    [Fact]
    public void No_calls_have_no_quantile() => Assert.Null(CallDurations.None.Quantile(0.5));

    [Fact]
    public void The_fastest_and_the_slowest_calls_have_a_class()
    {
        var durations = CallDurations.Of([0, int.MaxValue]);

        Assert.Equal(2, durations.Counts.Sum());
        Assert.Equal(600_000, durations.Quantile(1));
    }

    [Fact]
    public void Others_are_added_class_by_class()
    {
        var (fast, slow) = (CallDurations.Of([1, 2]), CallDurations.Of([2, 500]));

        Assert.Equal(CallDurations.Of([1, 2, 2, 500]).Counts, fast.With(slow).Counts);
        Assert.Equal(fast.With(slow).Counts, slow.With(fast).Counts);
    }

    [Theory]
    [InlineData()]
    [InlineData(3)]
    [InlineData(1, 700, 700)]
    public void What_is_stored_is_what_is_read(params int[] milliseconds)
    {
        var durations = CallDurations.Of(milliseconds);

        Assert.Equal(durations.Counts, CallDurations.Parse(durations.ToString()).Counts);
    }
}
