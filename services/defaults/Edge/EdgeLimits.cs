using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults.Edge;

/// <summary>Makes the server hold clients to <see cref="EdgeOptions"/>, before anything of ours sees them.</summary>
internal sealed class EdgeLimits(IOptions<EdgeOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        var (edge, limits) = (options.Value, kestrel.Limits);
        kestrel.AddServerHeader = false;
        limits.MaxRequestBodySize = edge.BodyBytes;
        limits.MaxRequestHeadersTotalSize = edge.HeaderBytes;
        limits.Http2.MaxRequestHeaderFieldSize = edge.HeaderBytes;
        limits.MaxRequestHeaderCount = edge.HeaderCount;
        limits.MaxRequestLineSize = edge.RequestLineBytes;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(edge.HeaderSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(edge.KeepAliveSeconds);
        limits.MinRequestBodyDataRate = new MinDataRate(edge.BytesPerSecond, TimeSpan.FromSeconds(edge.GraceSeconds));
        limits.MinResponseDataRate = new MinDataRate(edge.BytesPerSecond, TimeSpan.FromSeconds(edge.GraceSeconds));
        limits.MaxConcurrentConnections = edge.Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
    }
}
