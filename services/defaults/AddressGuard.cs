using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults;

/// <summary>
/// Keeps requests whose address a client chose away from the networks that only we can reach. It judges the address that
/// is connected to, not the name, so that a name cannot mean one thing when it is checked and another when it is used.
/// </summary>
public sealed class AddressGuard(IOptions<CallbackOptions> options)
{
    private readonly bool _allowLoopback = options.Value.AllowLoopback;
    private readonly bool _allowHttp = options.Value.AllowHttp;
    private readonly IPNetwork[] _allowed = [.. options.Value.Allow.Select(IPNetwork.Parse)];

    /// <summary>What is wrong with an address as it is written; null when it may be tried. A host's name is judged only when it is connected to.</summary>
    /// <param name="address">As the client wrote it.</param>
    /// <param name="allowHttp">Plain http will do for this one, whatever the configuration says.</param>
    public string? FaultOf(string address, bool allowHttp = false)
    {
        allowHttp |= _allowHttp;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return allowHttp ? "must be an absolute http or https address" : "must be an absolute https address";
        }

        if (url.UserInfo.Length > 0)
        {
            return "must not carry a user or a password";
        }

        if (url.Scheme == "http" && !allowHttp && !(_allowLoopback && url.IsLoopback))
        {
            return "must be an https address";
        }

        return IPAddress.TryParse(url.DnsSafeHost, out var literal) && !Allows(literal) ? "must not be in a network that is not public" : null;
    }

    /// <summary>Whether a connection to this address may be made.</summary>
    public bool Allows(IPAddress address) =>
        // An IPv4 address in IPv6's clothes has no honest use here, and IPNetwork finds some of them in networks that they are not in.
        !address.IsIPv4MappedToIPv6
        && (SpecialNetworks.IsPublic(address)
            || (_allowLoopback && SpecialNetworks.IsThisMachine(address))
            || _allowed.Any(network => network.Contains(address)));

    /// <summary>What names mean; tests play a name server that lies.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>
    /// Connects to the host: for <see cref="SocketsHttpHandler.ConnectCallback"/>. All of its addresses must be allowed: an
    /// honest host has no reason to mix public addresses with others.
    /// </summary>
    /// <exception cref="AddressRefusedException">The host has an address that is not allowed.</exception>
    /// <exception cref="SocketException">The host has no address, or none answers.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Resolve(context.DnsEndPoint.Host, cancellationToken);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, Allows))
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host has an address that may not be connected to. It does not say which: that would be a map of our networks.</summary>
public sealed class AddressRefusedException() : IOException("The host has an address that is not in a public network.");

/// <summary>Registers the guard; a wrong configuration fails the start.</summary>
public static class AddressGuardSetup
{
    public static IServiceCollection AddAddressGuard(this IServiceCollection services)
    {
        services.AddOptions<CallbackOptions>().BindConfiguration("Callbacks").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CallbackOptions>, CallbackOptions.Validator>());
        services.TryAddSingleton<AddressGuard>();
        return services;
    }
}
