using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace BatchPlatform.Gateway;

/// <summary>
/// An api gets requests once it has said that it is ready: one that just appeared behind a name may not have started yet. Only
/// while none has said anything, at the gateway's own start, all are tried.
/// </summary>
internal sealed class ProbedApis : IAvailableDestinationsPolicy
{
    /// <summary>As <c>HealthCheck:AvailableDestinationsPolicy</c> names it.</summary>
    public string Name => "Probed";

    public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations)
    {
        var usable = allDestinations.Where(IsUsable).ToList();
        var ready = usable.FindAll(destination => destination.Health.Active == DestinationHealth.Healthy);
        return ready.Count > 0 ? ready : usable;
    }

    private static bool IsUsable(DestinationState destination) =>
        destination.Health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy };
}
