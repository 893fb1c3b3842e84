using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Api.Batches;

/// <summary>How clients reach the platform: configuration section <c>Public</c>.</summary>
public sealed class PublicOptions
{
    /// <summary>What links begin with, such as <c>https://batches.example.org</c>; when absent, links are paths.</summary>
    [Url]
    public string? BaseUrl { get; set; }

    /// <summary>
    /// What an address handed out to a client begins with, without a slash at its end: where it is not configured, where the
    /// client asked, as the gateway tells it. Whoever makes such a header up misleads nobody but himself.
    /// </summary>
    public string RootFor(HttpRequest request)
    {
        var scheme = request.Headers["X-Forwarded-Proto"] is [{ Length: > 0 } proto] ? proto : request.Scheme;
        var host = request.Headers["X-Forwarded-Host"] is [{ Length: > 0 } forwarded] ? new HostString(forwarded) : request.Host;
        return BaseUrl?.TrimEnd('/') ?? $"{scheme}://{host}";
    }
}
