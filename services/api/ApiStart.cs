using BatchPlatform.Api.Upstreams;

namespace BatchPlatform.Api;

/// <summary>Before the first request: somebody has a key, and the configured upstreams are stored. What is wrong with either stops the start.</summary>
public sealed class ApiStart(FirstKey key, UpstreamVersions upstreams, IConfiguration configuration) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var configured = ConfiguredUpstreams.Read(configuration);
        await key.EnsureAsync(cancellationToken);
        foreach (var upstream in configured)
        {
            await upstreams.ConfigureAsync(upstream, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
