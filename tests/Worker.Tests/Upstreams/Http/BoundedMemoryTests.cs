using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>Counts the process's memory, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(BoundedMemoryTests), DisableParallelization = true)]
[Collection(nameof(BoundedMemoryTests))]
public sealed class BoundedMemoryTests
{
    private const int Calls = 200;
    private const int MaxResponseBytes = 64 * 1024;

    // What a call and its connection take besides the body, on both sides; and a body that doubles as it grows.
    private const long PerCall = (192 * 1024) + (3 * MaxResponseBytes);

    [Fact]
    public async Task Endless_bodies_cost_no_more_than_the_longest_response_each()
    {
        await using var server = RawServer.Endless("HTTP/1.1 200 OK\r\n\r\n", new string('x', 4096));
        var executor = new HttpExecutor(Given.Upstream(server.BaseUrl) with { MaxResponseBytes = MaxResponseBytes }, credential: null, new FakeClock());
        await executor.CallAsync(Given.Job());
        var live = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);

        var ends = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => executor.CallAsync(Given.Job())));

        Assert.All(ends, end => Assert.Equal(ErrorCodes.ResponseTooLarge, end.ErrorCode));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, Calls * PerCall);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - live, long.MinValue, Calls * 32 * 1024);
    }
}
