using BatchPlatform.Testing;

namespace BatchPlatform.Client.Tests;

/// <summary>Lets fake time pass until something is done.</summary>
internal static class Patience
{
    public static async Task<T> PassesUntil<T>(this FakeClock clock, Task<T> done)
    {
        await clock.PassesUntil((Task)done);
        return await done;
    }

    public static Task PassesUntil(this FakeClock clock, Task done) => Eventually.True(() =>
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        return done.IsCompleted;
    });
}
