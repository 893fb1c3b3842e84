using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace BatchPlatform.Gateway;

/// <summary>
/// Finds every api behind a name: each address that the name has is a destination of its own, balanced and watched like one that
/// is configured, and the name is looked up again and again. So apis come and go while the configuration stays.
/// </summary>
internal sealed partial class ApiAddresses(TimeProvider time, ILogger<ApiAddresses> logger) : IDestinationResolver
{
    // As often as apis are asked whether they are ready.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, IPAddress[]> _lastKnown = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What names mean; tests play the name server.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, destination) in destinations)
        {
            var url = new Uri(destination.Address);
            if (url.HostNameType is not UriHostNameType.Dns)
            {
                found[id] = destination;
                continue;
            }

            foreach (var address in await AddressesOfAsync(url.Host, cancellationToken))
            {
                found[$"{id}[{address}]"] = destination with
                {
                    Address = new UriBuilder(url) { Host = address.ToString() }.Uri.AbsoluteUri,
                    Host = destination.Host ?? url.Authority,
                };
            }
        }

        return new ResolvedDestinationCollection(found, _lastKnown.IsEmpty ? null : NextLookUp());
    }

    // The proxy's own resolver gives up for minutes when a look-up fails, and at the start for good.
    private async Task<IPAddress[]> AddressesOfAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await Resolve(name, cancellationToken);
            // One that has both kinds of address is one api.
            return _lastKnown[name] = [.. addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily)];
        }
        catch (SocketException error)
        {
            var known = _lastKnown.GetOrAdd(name, []);
            // A name server that is away says nothing about the apis; one that knows no such name says that there are none.
            if (error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
            {
                _lastKnown[name] = [];
            }

            if (known.Length > 0)
            {
                Log.NotFound(logger, name, error.Message);
            }

            return _lastKnown[name];
        }
    }

    private CancellationChangeToken NextLookUp()
    {
        var timer = new CancellationTokenSource(Period, time);
        timer.Token.Register(timer.Dispose);
        return new CancellationChangeToken(timer.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The name of the apis, {Name}, was not found: {Reason}")]
        public static partial void NotFound(ILogger logger, string name, string reason);
    }
}
