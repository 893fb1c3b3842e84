using BatchPlatform.Contracts;

namespace BatchPlatform.Notifier.Tests;

public sealed class DeliveryScheduleTests
{
    [Fact]
    public void The_waits_are_as_promised_and_the_last_attempt_has_none()
    {
        var waits = Enumerable.Range(1, DeliverySchedule.Attempts - 1).Select(failed => WaitAfter(failed)!.Value.TotalSeconds);

        Assert.Equal([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400], waits);
        Assert.Null(WaitAfter(DeliverySchedule.Attempts));
    }

    [Fact]
    public void A_wait_is_up_to_a_tenth_longer() => Assert.Equal(TimeSpan.FromSeconds(5.5), WaitAfter(1, random: 1));

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(2, 60, 300)]
    [InlineData(1, 10_000_000, 86_400)]
    public void A_receiver_may_ask_for_more_time_but_not_for_ever(int failed, int asked, int wait) =>
        Assert.Equal(TimeSpan.FromSeconds(wait), WaitAfter(failed, TimeSpan.FromSeconds(asked)));

    [Fact]
    public void Progress_is_tried_twice()
    {
        Assert.NotNull(WaitAfter(1, type: CallbackEvents.Progress));
        Assert.Null(WaitAfter(2, type: CallbackEvents.Progress));
    }

    private static TimeSpan? WaitAfter(int failed, TimeSpan? asked = null, double random = 0, string type = CallbackEvents.Finished) =>
        DeliverySchedule.WaitAfter(type, failed, asked, random);
}
