using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace BatchPlatform.Gateway;

/// <summary>The gateway is ready once an api has said that it is.</summary>
internal sealed class ApiReachable(IProxyStateLookup proxy) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var reachable = proxy.TryGetCluster("api", out var api)
            && api.DestinationsState.AllDestinations.Any(destination => destination.Health.Active == DestinationHealth.Healthy);
        return Task.FromResult(reachable ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No api is ready."));
    }
}
