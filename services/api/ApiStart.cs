using BatchPlatform.Api.Upstreams;
using BatchPlatform.Store.Security;

namespace BatchPlatform.Api;

/// <summary>Before the first request: there is a master key and the key ring is wrapped with it, somebody has a key, and the configured upstreams are stored. What is wrong with an upstream or the first key stops the start.</summary>
public sealed class ApiStart(MasterKey master, MasterKeyRotation rotation, FirstKey key, UpstreamVersions upstreams, IConfiguration configuration) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var configured = ConfiguredUpstreams.Read(configuration);
        await master.EnsureAsync(cancellationToken);
        await rotation.RunAsync(cancellationToken);
        await key.EnsureAsync(cancellationToken);
        foreach (var upstream in configured)
        {
            await upstreams.ConfigureAsync(upstream, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
