using System.Text.Json.Nodes;
using BatchPlatform.Samples;

namespace BatchPlatform.Standalone;

/// <summary>The sample upstream beside the platform, on a free port of this machine.</summary>
internal sealed class Sample : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Sample(WebApplication app) => _app = app;

    /// <summary>Its upstreams, at the address where it listens.</summary>
    public JsonObject Upstreams => SampleUpstream.Definitions(_app.Urls.Single());

    /// <summary>Starts it; the environment (<c>Sample__LatencyMilliseconds</c> and so on) makes it slow or unreliable.</summary>
    public static async Task<Sample> StartAsync(CancellationToken cancellationToken)
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var options = environment.GetSection(SampleOptions.Section).Get<SampleOptions>() ?? new SampleOptions();
        var sample = new Sample(SampleUpstream.Create(options, "http://127.0.0.1:0"));
        await sample._app.StartAsync(cancellationToken);
        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
