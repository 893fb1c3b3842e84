using System.Diagnostics.Metrics;
using BatchPlatform.Defaults.Telemetry;

namespace BatchPlatform.Api.Admission;

/// <summary>Refuses requests for which there is no room, and counts them.</summary>
public sealed class ShedRequests
{
    private const string Reason = "batchplatform.reason";

    private readonly Counter<long> _shed;

    public ShedRequests(IMeterFactory meters) =>
        _shed = meters.Create(Meters.Name).CreateCounter<long>("batchplatform.requests.shed", "{request}", "Requests refused with OVERLOADED, by what there was no room for.");

    /// <summary>What to throw for a request.</summary>
    /// <param name="reason">What there was no room for: <c>read</c>, <c>write</c>, <c>stream</c>, <c>tenant</c> (it has its share of the streams) or <c>body</c>.</param>
    public ProblemException Refuse(string reason)
    {
        _shed.Add(1, new KeyValuePair<string, object?>(Reason, reason));
        return new ProblemException(Problems.Overloaded());
    }
}
