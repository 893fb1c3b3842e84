using System.Text;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Tests;

/// <summary>What most tests begin with.</summary>
internal static class Given
{
    /// <summary>When a <see cref="Testing.FakeClock"/> starts.</summary>
    public static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static RunSlice Slice(int jobs = 1, string ns = "test", string action = "call", string json = "{}", int attempt = 1) => new(
        SliceId: Guid.NewGuid(),
        BatchId: Guid.NewGuid(),
        Number: 42,
        Run: 1,
        Epoch: 1,
        Namespace: ns,
        UpstreamVersion: 1,
        Concurrency: 1,
        CallsPerSecond: 0,
        StopOnJobError: false,
        MustAsk: false,
        DeadlinesFrom: Start,
        Deadline: Start.AddDays(1),
        Jobs: JobBlock.Pack([.. Enumerable.Range(0, jobs).Select(index => Job(json, action, index, attempt))]));

    public static PackedJob Job(string json = "{}", string action = "call", int index = 0, int attempt = 1) =>
        new(index, attempt, action, Encoding.UTF8.GetBytes(json));

    /// <summary>A definition with one action <c>call</c>.</summary>
    public static Upstream Upstream(string baseUrl, UpstreamAction? action = null) => new()
    {
        Namespace = "test",
        Version = 1,
        BaseUrl = baseUrl,
        Actions = new Dictionary<string, UpstreamAction> { ["call"] = action ?? new UpstreamAction { Path = "/call" } },
    };

    public static readonly Upstream Bench = new()
    {
        Namespace = "bench",
        Version = 1,
        BaseUrl = Contracts.Upstream.InProcess,
        Actions = new Dictionary<string, UpstreamAction> { ["noop"] = new() },
    };
}
