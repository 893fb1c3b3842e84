namespace BatchPlatform.Notifier;

/// <summary>When a delivery is attempted: the waits before each attempt, about three days in all.</summary>
public static class DeliverySchedule
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.Zero,
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    // Progress is soon overtaken by newer progress.
    private const int ProgressAttempts = 2;

    // A receiver may ask for more time, but not put a delivery off for ever.
    private static readonly TimeSpan MostAskedFor = TimeSpan.FromHours(24);

    /// <summary>Attempts in all.</summary>
    public static int Attempts => Waits.Length;

    /// <summary>The wait after so many failed attempts, up to a tenth longer so that those who failed together do not come back together; null when it was the last.</summary>
    /// <param name="type">The event type.</param>
    /// <param name="failed">Attempts made, from 1.</param>
    /// <param name="asked">The wait that the receiver asked for by <c>Retry-After</c>.</param>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan? WaitAfter(string type, int failed, TimeSpan? asked, double random)
    {
        if (failed >= (type == CallbackEvents.Progress ? ProgressAttempts : Waits.Length))
        {
            return null;
        }

        var least = asked > MostAskedFor ? MostAskedFor : asked ?? TimeSpan.Zero;
        return (Waits[failed] > least ? Waits[failed] : least) * (1 + (0.1 * random));
    }
}
