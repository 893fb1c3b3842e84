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
    /// client asked, as trusted proxies tell it.
    /// </summary>
    public string RootFor(HttpRequest request) => BaseUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}";
}
