namespace BatchPlatform.Worker.Secrets;

/// <summary>A secret in use. Its value leaves it only for an address that it is bound to.</summary>
internal sealed class Secret(string name, SecretOptions options)
{
    private readonly HostBinding[] _hosts = [.. options.Hosts.Select(HostBinding.TryParse).OfType<HostBinding>()];

    public string Name => name;

    /// <summary>The value, to be sent there.</summary>
    /// <exception cref="CredentialException">SECRET_HOST_REFUSED: it may not go there.</exception>
    public string ValueFor(Uri address) => Array.Exists(_hosts, host => host.Covers(address))
        ? options.Value
        : throw new CredentialException(
            Contracts.ErrorCodes.SecretHostRefused, $"Secret '{name}' may not be sent to {address.IdnHost}:{address.Port}: the workers' configuration does not bind it to that host.");

    /// <summary>The value's two halves, divided by its first colon, to be sent there.</summary>
    /// <exception cref="CredentialException">SECRET_HOST_REFUSED, or SECRET_MALFORMED: there is no colon.</exception>
    public (string User, string Password) PairFor(Uri address)
    {
        var value = ValueFor(address);
        var colon = value.IndexOf(':');
        return colon > 0 ? (value[..colon], value[(colon + 1)..]) : throw Malformed("has no name before a colon");
    }

    /// <summary>Says what is wrong with a value that cannot be used as the definition asks.</summary>
    public CredentialException Malformed(string how) => new(Contracts.ErrorCodes.SecretMalformed, $"Secret '{name}' {how}.");
}
