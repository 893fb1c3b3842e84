using System.Buffers;

namespace BatchPlatform.Worker.Secrets;

/// <summary>One host that a secret may be sent to; <paramref name="Port"/> is null for all of its ports.</summary>
internal sealed record HostBinding(string Host, int? Port)
{
    private static readonly SearchValues<char> NoPartOfHost = SearchValues.Create("/\\?#@*% ");

    /// <summary>Reads <c>host</c> or <c>host:port</c>; an IPv6 address stands in brackets. Null for anything else.</summary>
    public static HostBinding? TryParse(string text)
    {
        // A scheme that knows no port of its own, so that a port shows only where one is written.
        var written = Uri.TryCreate($"host://{text}", UriKind.Absolute, out var address) && !text.EndsWith(':') && !text.AsSpan().ContainsAny(NoPartOfHost);
        if (!written || address!.Port == 0)
        {
            return null;
        }

        var port = address.IsDefaultPort || address.Port < 0 ? default(int?) : address.Port;
        // Spelled by the rules of the addresses that it will be compared with.
        return Uri.TryCreate($"https://{text}", UriKind.Absolute, out var web) && web.IdnHost.Length > 0 ? new HostBinding(web.IdnHost, port) : null;
    }

    public bool Covers(Uri address) =>
        string.Equals(address.IdnHost, Host, StringComparison.OrdinalIgnoreCase) && (Port is null || Port == address.Port);
}
