using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>Tests over one provider's app, each as a tenant of its own. Every subject is tested on each provider.</summary>
public abstract class ReadingTests<TApp>(TApp app) : IClassFixture<TApp>, IAsyncLifetime
    where TApp : ReadingApp
{
    protected TApp App => app;

    protected Tenant Tenant { get; } = app.NewTenant();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Tenant.Dispose();
        return Task.CompletedTask;
    }
}
