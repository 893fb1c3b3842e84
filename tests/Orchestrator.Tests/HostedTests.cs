using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Tests of an orchestrator of their own, which knows an upstream that takes eight calls at once. Whatever a test did, the store is sound after it.</summary>
/// <param name="provider">The database.</param>
/// <param name="settings">The orchestrator's settings that differ from the host's.</param>
public abstract class HostedTests(string provider, Dictionary<string, string?> settings) : IAsyncLifetime
{
    private protected static readonly Guid Worker = Guid.NewGuid();

    private protected string Provider => provider;

    private protected OrchestratorHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await OrchestratorHost.StartAsync(provider, settings);
        await Host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1", Limits = new UpstreamLimits { Concurrency = 8 } });
    }

    public async Task DisposeAsync()
    {
        await StoreInvariants.CheckAsync(Host.Store);
        await Host.DisposeAsync();
    }
}
