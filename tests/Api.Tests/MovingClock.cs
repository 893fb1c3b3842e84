using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

internal static class MovingClock
{
    /// <summary>Moves time until the work is done, since who waits for another does so by the clock; in small steps, since a jump would end leases.</summary>
    public static async Task<T> MoveUntilAsync<T>(this FakeClock clock, Task<T> work)
    {
        await Eventually.True(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return work.IsCompleted;
        });
        return await work;
    }
}
