using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace BatchPlatform.Gateway;

/// <summary>The gateway is ready once an api has said that it is.</summary>
internal sealed class ApiReachable(IProxyStateLookup proxy) : IHealthCheck
{
    /// <summary>Whether one has.</summary>
    public bool IsThere => proxy.TryGetCluster("api", out var api)
        && api.DestinationsState.AllDestinations.Any(destination => destination.Health.Active == DestinationHealth.Healthy);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsThere ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No api is ready."));

    /// <summary>Few failures within a short while are enough to leave an api alone: the next probe is seconds away.</summary>
    public static void ConfigurePassive(TransportFailureRateHealthPolicyOptions options)
    {
        options.DetectionWindowSize = TimeSpan.FromSeconds(10);
        options.MinimalTotalCountThreshold = 4;
        options.DefaultFailureRateLimit = 0.3;
    }
}
