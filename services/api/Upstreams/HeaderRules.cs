using System.Collections.Frozen;
using static BatchPlatform.Api.Upstreams.UpstreamFault;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Which headers a definition, or a job through a param, may set.</summary>
internal static class HeaderRules
{
    // What belongs to the connection, or is ours to say.
    private static readonly FrozenSet<string> Reserved = Names(
        "Host", "Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Expect", "Idempotency-Key");

    private static readonly FrozenSet<string> Credentials = Names("Authorization", "Proxy-Authorization", "Proxy-Authenticate", "Cookie");

    /// <summary>A header that goes out with every call: no place for a credential, which would be readable in the store.</summary>
    public static IEnumerable<UpstreamFault> DefaultHeader(string field, string name, string value) =>
    [
        .. Unless(IsToken(name), field, "is no header's name"),
        .. Unless(!Reserved.Contains(name), field, "is not for a definition to set"),
        .. Unless(!Credentials.Contains(name), field, "would keep a credential in the definition; name a secret in auth"),
        .. Unless(IsValue(value), field, "must be printable ASCII"),
    ];

    /// <summary>A header that a job's param fills.</summary>
    public static IEnumerable<UpstreamFault> Param(string field, string name, string? secretHeader) =>
    [
        .. Unless(IsToken(name), field, "is no header's name"),
        .. Unless(!Reserved.Contains(name) && !Credentials.Contains(name), field, "is a header that no job may set"),
        .. Unless(secretHeader is null || !name.Equals(secretHeader, StringComparison.OrdinalIgnoreCase), field, "is the header that carries the secret"),
    ];

    public static bool IsCredentialHeader(string name) => IsToken(name) && !Reserved.Contains(name);

    /// <summary>Whether a job's param may be sent in this header.</summary>
    public static bool MayBeParam(string name) => !Param("", name, secretHeader: null).Any();

    /// <summary>Printable ASCII and tab: nothing that could end a header or begin another.</summary>
    public static bool IsValue(string value) => value.All(c => c is (>= ' ' and <= '~') or '\t');

    private static bool IsToken(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));

    private static FrozenSet<string> Names(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
