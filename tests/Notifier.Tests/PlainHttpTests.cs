using BatchPlatform.Contracts;

namespace BatchPlatform.Notifier.Tests;

/// <summary>A callback that may go by plain http, to a network that is allowed.</summary>
public sealed class PlainHttpTests
{
    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 0)]
    public async Task It_goes_by_http_only_when_it_may(bool allowHttp, int status)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var store = TestStore.Sqlite();
        // Loopback as any other network: listed, without the leave that this machine has.
        await using var host = await NotifierHost.StartAsync(store, new() { ["Callbacks:AllowLoopback"] = "false", ["Callbacks:Allow:0"] = "127.0.0.0/8" });

        await host.EndAsync(7, new Callback(receiver.Url, AllowHttp: allowHttp));
        await host.AttemptedAsync(1);

        Assert.Equal(status, (await host.AttemptsAsync()).Single().StatusCode);
    }
}
