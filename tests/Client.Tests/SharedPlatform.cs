using BatchPlatform.Testing;

namespace BatchPlatform.Client.Tests;

/// <summary>Tests against a running platform, which they share.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPlatform : ICollectionFixture<RunningPlatform>
{
    public const string Name = "platform";

    internal static IAsyncEnumerable<NewJob> Jobs(int count) =>
        Enumerable.Range(0, count).Select(index => new NewJob("places", "lookup", new { name = index % 2 == 0 ? "Lisbon" : "Nairobi" }, $"job-{index}")).ToAsyncEnumerable();

    /// <summary>One that fails: the sample has no such contact's event.</summary>
    internal static NewJob FailingJob { get; } = new("places", "lookup", new { name = "Nowhere-at-all" });
}
