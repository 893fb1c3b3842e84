namespace BatchPlatform.Testing;

/// <summary>Suites that take long run a sample of themselves, and all of it under <c>./test.sh --full</c>.</summary>
public static class LongSuite
{
    /// <summary>Whether all of it is wanted.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("BP_TEST_FULL") is { Length: > 0 };

    /// <summary>How many cases to run.</summary>
    public static int Cases(int sample, int full) => IsFull ? full : sample;
}
