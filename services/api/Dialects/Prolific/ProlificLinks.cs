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
        return ($"{at.Value.RootFor(context.Request)}{links.Sign(method, context.Tenant(), path, format, expires, parameters)}", expires.UtcDateTime);
    }
}
