using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>How limits are dealt out among slices.</summary>
public sealed class GrantsTests
{
    private static readonly BatchLimits NoLimits = new();

    [Theory]
    [InlineData(50, 8, 12)]
    [InlineData(50, 64, 12)]
    [InlineData(7, 3, 5)]
    [InlineData(1, 10, 4)]
    [InlineData(0.5, 10, 4)]
    [InlineData(1000, 10_000, 16)]
    public void Shares_of_live_slices_sum_to_at_most_the_limit_and_use_all_of_it(double rate, int concurrency, int slots)
    {
        var upstream = Limited(rate, concurrency);
        var shares = DealAll(new Grants([], slots), upstream, "", slots * 3);

        Assert.True(shares.Sum(share => share.Concurrency) <= concurrency);
        Assert.Equal(rate, shares.Sum(share => share.CallsPerSecond), 0.001);
        Assert.All(shares, share => Assert.True(rate < 1 || share.CallsPerSecond == Math.Floor(share.CallsPerSecond)));
    }

    [Fact]
    public void Without_a_rate_only_calls_at_once_are_dealt_out()
    {
        var shares = DealAll(new Grants([], 4), Limited(0, 64), "", 100);

        Assert.All(shares, share => Assert.Equal(new Share(16, 0), share));
        Assert.Equal(4, shares.Count);
    }

    [Fact]
    public void What_is_live_already_counts()
    {
        var grants = new Grants([new LiveSlices("t", 1, "test", "", SliceState.Taken, 2, 6, 40)], slots: 4);

        var shares = DealAll(grants, Limited(50, 10), "", 10);

        Assert.Equal((4, 10.0), (shares.Sum(share => share.Concurrency), shares.Sum(share => share.CallsPerSecond)));
    }

    [Fact]
    public void An_action_has_its_own_limits_within_the_upstreams()
    {
        var upstream = Limited(100, 20) with
        {
            Actions = new Dictionary<string, UpstreamAction> { ["slow"] = new() { Limits = new UpstreamLimits { Concurrency = 2, RequestsPerSecond = 3 } }, ["fast"] = new() },
        };
        var grants = new Grants([], slots: 8);

        var slow = DealAll(grants, upstream, "slow", 10);
        var fast = DealAll(grants, upstream, "", 10);

        Assert.Equal((2, 3.0), (slow.Sum(share => share.Concurrency), slow.Sum(share => share.CallsPerSecond)));
        Assert.InRange(fast.Sum(share => share.Concurrency), 12, 18);
        Assert.InRange(fast.Sum(share => share.CallsPerSecond), 90, 97);
    }

    [Fact]
    public void A_batch_may_ask_for_less_and_leaves_the_rest_to_others()
    {
        var (grants, upstream) = (new Grants([], slots: 8), Limited(0, 16));

        var modest = DealAll(grants, upstream, "", 10, batch: 1, new BatchLimits(RequestsPerSecond: 5, Concurrency: 2));
        var other = DealAll(grants, upstream, "", 10, batch: 2);

        Assert.Equal((2, 5.0), (modest.Sum(share => share.Concurrency), modest.Sum(share => share.CallsPerSecond)));
        Assert.Equal(14, other.Sum(share => share.Concurrency));
    }

    private static Upstream Limited(double rate, int concurrency) =>
        new() { Namespace = "test", Limits = new UpstreamLimits { RequestsPerSecond = rate, Concurrency = concurrency } };

    private static List<Share> DealAll(Grants grants, Upstream upstream, string action, int atMost, long batch = 1, BatchLimits? asked = null)
    {
        var shares = new List<Share>();
        while (shares.Count < atMost && grants.Find(upstream, action, batch, asked ?? NoLimits) is { } share)
        {
            grants.Use("test", action, batch, share);
            shares.Add(share);
        }

        return shares;
    }
}
