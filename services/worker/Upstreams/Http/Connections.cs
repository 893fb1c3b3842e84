using System.Net;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Opens connections to servers that we do not trust: nothing that one answers makes us call anything else.</summary>
internal static class Connections
{
    // Long enough to be worth a handshake, short enough to follow a changed DNS entry.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(3);

    /// <summary>A client of its own connections: no redirects, no cookies, no proxy.</summary>
    public static HttpMessageInvoker Open() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = Lifetime,
        // An answer that is too long is not read to its end for the sake of a connection.
        MaxResponseDrainSize = 0,
    });
}
