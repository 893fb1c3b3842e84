using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;

namespace BatchPlatform.Worker.Tests.Upstreams;

public sealed class BackoffTests
{
    private static readonly RetryPolicy Policy = new() { BaseSeconds = 1.5, CapSeconds = 10 };

    [Theory]
    [InlineData(1, 1.5)]
    [InlineData(2, 3)]
    [InlineData(3, 6)]
    [InlineData(4, 10)]
    [InlineData(20, 10)]
    public void The_longest_wait_doubles_up_to_the_cap(int attempt, double seconds) =>
        Assert.Equal(seconds, Backoff.Longest(Policy, attempt).TotalSeconds);

    [Fact]
    public void The_wait_lies_anywhere_up_to_the_longest()
    {
        var waits = Enumerable.Range(0, 1000).Select(_ => (Backoff.DueAt(Policy, 2, new FakeClock()) - Given.Start).TotalSeconds).ToList();

        Assert.All(waits, wait => Assert.InRange(wait, 0, 3));
        Assert.True(waits.Min() < 0.3 && waits.Max() > 2.7);
    }
}
