namespace BatchPlatform.Notifier.Tests;

public sealed class DeliveryScheduleTests
{
    [Fact]
    public void Each_wait_is_longer_than_the_one_before_and_the_last_attempt_has_none()
    {
        var waits = Enumerable.Range(1, DeliverySchedule.Attempts - 1).Select(failed => DeliverySchedule.WaitAfter(failed, 0)!.Value).ToList();

        Assert.Equal(TimeSpan.FromSeconds(5), waits[0]);
        Assert.Equal(TimeSpan.FromHours(24), waits[^1]);
        Assert.Equal(waits.Order().Distinct(), waits);
        Assert.Null(DeliverySchedule.WaitAfter(DeliverySchedule.Attempts, 0));
    }

    [Fact]
    public void A_wait_is_up_to_a_tenth_longer()
    {
        Assert.Equal(TimeSpan.FromSeconds(5.5), DeliverySchedule.WaitAfter(1, 1));
    }
}
