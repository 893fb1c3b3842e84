using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Defaults;

/// <summary>Where a process that listens reaches itself.</summary>
public static class OwnAddress
{
    /// <summary>The first address by HTTP, else the first; null while it listens nowhere.</summary>
    public static Uri? Of(IServer server)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        // Certificates are for the names that others know this machine by.
        if ((addresses.FirstOrDefault(address => address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? addresses.FirstOrDefault()) is not { } plain)
        {
            return null;
        }

        var listening = BindingAddress.Parse(plain);
        var host = listening.Host is "+" or "*" or "0.0.0.0" or "[::]" ? "127.0.0.1" : listening.Host;
        return new Uri($"{listening.Scheme}://{host}:{listening.Port}");
    }
}
