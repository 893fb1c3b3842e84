using Xunit;
using Xunit.Sdk;

namespace BatchPlatform.Testing.Tests;

public sealed class EventuallyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task It_asks_again_until_the_condition_holds()
    {
        var asked = 0;
        await Eventually.True(() => ++asked == 3);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task An_exception_means_not_yet()
    {
        var asked = 0;
        await Eventually.Equal(2, () => ++asked < 2 ? throw new InvalidOperationException("refused") : Task.FromResult(asked));
    }

    [Fact]
    public async Task A_failure_says_what_was_awaited_and_what_came_last()
    {
        var count = 4;
        var failure = await Assert.ThrowsAsync<XunitException>(
            () => Eventually.Equal(5, async () => await Task.FromResult(count), "five jobs were sent", Short));

        Assert.Contains("five jobs were sent", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Task.FromResult(count)", failure.Message, StringComparison.Ordinal);
        Assert.Matches("Expected: +5", failure.Message);
        Assert.Matches("Last: +4", failure.Message);
    }

    [Fact]
    public async Task A_failure_carries_the_last_exception()
    {
        var failure = await Assert.ThrowsAsync<XunitException>(
            () => Eventually.True(() => int.Parse("many") > 0, timeout: Short));

        Assert.IsType<FormatException>(failure.InnerException);
        Assert.Contains("many", failure.Message, StringComparison.Ordinal);
    }
}
