using System.Diagnostics.CodeAnalysis;
using BatchPlatform.Api.Batches;
using BatchPlatform.Store.Security;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Makes addresses that let their holder do one thing for a while, without a key.</summary>
public sealed class ProlificLinks(SignedLinks links, IOptions<PublicOptions> at, IOptions<ProlificOptions> options, TimeProvider time)
{
    /// <summary>A whole address and until when it is good.</summary>
    [SuppressMessage("Design", "CA1055:URI-like return values should not be strings", Justification = "It goes into JSON as it is.")]
    internal (string Url, DateTime ExpiresAt) Make(HttpContext context, string method, string path, string format, params IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var expires = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds() + options.Value.LinkSeconds);
        return ($"{at.Value.BaseUrl?.TrimEnd('/') ?? Asked(context.Request)}{links.Sign(method, context.Tenant(), path, format, expires, parameters)}", expires.UtcDateTime);
    }

    // Where the client asked, as the gateway tells it. Whoever makes such a header up misleads nobody but himself.
    private static string Asked(HttpRequest request)
    {
        var scheme = request.Headers["X-Forwarded-Proto"] is [{ Length: > 0 } proto] ? proto : request.Scheme;
        var host = request.Headers["X-Forwarded-Host"] is [{ Length: > 0 } forwarded] ? new HostString(forwarded) : request.Host;
        return $"{scheme}://{host}";
    }
}
