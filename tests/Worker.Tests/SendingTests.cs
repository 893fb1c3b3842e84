using BatchPlatform.Defaults;
using BatchPlatform.Testing;

namespace BatchPlatform.Worker.Tests;

public sealed class SendingTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_send_that_the_broker_never_confirms_is_given_up_after_ten_seconds()
    {
        var sending = new TaskCompletionSource().Task.OrTimeoutAsync(_clock);

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(sending.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await Assert.ThrowsAsync<TimeoutException>(() => sending);
    }

    [Fact]
    public async Task A_send_that_is_confirmed_is_done_and_leaves_no_timer()
    {
        var confirmed = new TaskCompletionSource();
        var sending = confirmed.Task.OrTimeoutAsync(_clock);

        confirmed.SetResult();

        await sending;
        Assert.Equal(0, _clock.ActiveTimers);
    }
}
