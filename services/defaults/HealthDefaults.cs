using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Routing;

namespace BatchPlatform.Defaults;

/// <summary>Health of every process: <c>/health/live</c> says that it answers, <c>/health/ready</c> that it can do its work.</summary>
public static class HealthDefaults
{
    /// <summary>Maps both; a check takes part in readiness by the tag "ready".</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        return routes;
    }
}
