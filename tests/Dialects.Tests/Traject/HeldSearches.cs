namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>Nothing is searched while it lives, so that batches stay queued or running.</summary>
internal sealed class HeldSearches(DialectHost host) : IAsyncDisposable
{
    public static async Task<HeldSearches> HoldAsync(DialectHost host)
    {
        Assert.Equal(200, (await host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/search/pause")).Status);
        return new HeldSearches(host);
    }

    public async ValueTask DisposeAsync() => await host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/search/resume");
}
