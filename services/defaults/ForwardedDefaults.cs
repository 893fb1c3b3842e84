using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace BatchPlatform.Defaults;

/// <summary>Whose word is taken for where a request comes from, section <c>Proxies</c>.</summary>
public sealed class ProxyOptions
{
    /// <summary>Addresses and networks (<c>10.0.0.7</c>, <c>10.1.0.0/16</c>, <c>fd00::/8</c>) of proxies; this machine alone when none is given.</summary>
    public IList<string> Trusted { get; } = [];
}

/// <summary>
/// Takes the client's address, and the scheme and host that it asked, from <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>,
/// as far as trusted proxies wrote them: what anybody else says there is ignored, so that nobody can pass for another address.
/// </summary>
public static class ForwardedDefaults
{
    private static readonly string[] ThisMachine = ["127.0.0.0/8", "::1"];

    /// <summary>
    /// Registers it, once in a process however many of its parts ask, before whatever else sees a request; an entry of <c>Proxies:Trusted</c> that is neither address nor network stops the start.
    /// </summary>
    public static IServiceCollection AddForwarded(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration("Proxies")
            .Validate(options => options.Trusted.All(entry => TryRead(entry, out _)), "Proxies:Trusted must hold IP addresses and networks such as 10.1.0.0/16.")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, ForwardedFirst>());
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((forwarded, proxies) => Trust(forwarded, proxies.Value));
        return services;
    }

    private static void Trust(ForwardedHeadersOptions forwarded, ProxyOptions proxies)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // Any number of proxies may stand in a row: each address is believed as long as a trusted one told it.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var entry in proxies.Trusted.Count > 0 ? proxies.Trusted : ThisMachine)
        {
            TryRead(entry, out var network);
            forwarded.KnownIPNetworks.Add(network);
        }
    }

    private static bool TryRead(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    private sealed class ForwardedFirst : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseForwardedHeaders();
            next(app);
        };
    }
}
