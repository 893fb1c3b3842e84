using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard;

/// <summary>Where the API is: as configured, else in this very process.</summary>
internal sealed class ApiAddress(IOptions<DashboardOptions> options, IServer server)
{
    private readonly Lazy<Uri> _value = new(() => options.Value.Api ?? Own(server));

    /// <summary>The address; of this process only once it listens.</summary>
    public Uri Value => _value.Value;

    private static Uri Own(IServer server)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        // Certificates are for the names that others know this machine by.
        var plain = addresses.FirstOrDefault(address => address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("Dashboard__Api is not set, and this process listens nowhere.");
        var listening = BindingAddress.Parse(plain);
        var host = listening.Host is "+" or "*" or "0.0.0.0" or "[::]" ? "127.0.0.1" : listening.Host;
        return new Uri($"{listening.Scheme}://{host}:{listening.Port}");
    }
}
