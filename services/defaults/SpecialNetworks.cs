using System.Net;
using System.Net.Sockets;

namespace BatchPlatform.Defaults;

/// <summary>The networks that are not the public internet, after IANA's registries of special-purpose addresses.</summary>
internal static class SpecialNetworks
{
    private static readonly IPNetwork[] ThisMachine = Networks("127.0.0.0/8", "::1/128");

    private static readonly IPNetwork[] Special4 = Networks(
        "0.0.0.0/8", // unspecified, "this network"
        "10.0.0.0/8", // private
        "100.64.0.0/10", // carrier-grade NAT, and one cloud's metadata
        "127.0.0.0/8", // loopback
        "168.63.129.16/32", // Azure's platform services
        "169.254.0.0/16", // link-local, and most clouds' metadata
        "172.16.0.0/12", // private
        "192.0.0.0/24", // protocol assignments, and one cloud's metadata
        "192.0.2.0/24", // documentation
        "192.88.99.0/24", // 6to4 relays
        "192.168.0.0/16", // private
        "198.18.0.0/15", // benchmarking
        "198.51.100.0/24", // documentation
        "203.0.113.0/24", // documentation
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, broadcast

    // All of IPv6 that is handed out. NAT64, unique local, link-local and multicast lie outside of it.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special6 = Networks(
        "2001::/23", // protocol assignments, Teredo
        "2001:db8::/32", // documentation
        "2002::/16", // 6to4, which carries any IPv4 address
        "3fff::/20"); // documentation

    public static bool IsThisMachine(IPAddress address) => IsIn(ThisMachine, address);

    public static bool IsPublic(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? !IsIn(Special4, address)
        : Global6.Contains(address) && !IsIn(Special6, address);

    private static bool IsIn(IPNetwork[] networks, IPAddress address) => Array.Exists(networks, network => network.Contains(address));

    private static IPNetwork[] Networks(params string[] networks) => Array.ConvertAll(networks, IPNetwork.Parse);
}
