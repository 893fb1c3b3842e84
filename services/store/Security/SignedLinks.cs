using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Store.Security;

/// <summary>What a link turned out to be.</summary>
public enum LinkVerdict
{
    /// <summary>Ours, and still good.</summary>
    Valid,

    /// <summary>Ours, and too old.</summary>
    Expired,

    /// <summary>Not ours, or changed.</summary>
    Invalid,
}

/// <summary>
/// Links that let whoever holds them read, or upload, one thing for a while, without a key: HMAC-SHA256 over method, tenant, resource,
/// format and expiry. The resource is the path with all other parameters, but for <c>after</c>, so that a download can be resumed.
/// </summary>
public sealed class SignedLinks(MasterKey master, TimeProvider time)
{
    /// <summary>The parameter that tells a signed link from others.</summary>
    public const string Signature = "signature";

    private const string Purpose = "links";
    private const string Tenant = "tenant";
    private const string Format = "format";
    private const string Expires = "expires";
    private static readonly string[] Apart = [Tenant, Format, Expires, Signature, "after"];

    /// <summary>A link for GET, from the path on.</summary>
    /// <param name="tenant">As whom the holder reads.</param>
    /// <param name="path">From the root on, in characters that need no escaping.</param>
    /// <param name="format">The format to read.</param>
    /// <param name="expires">Until when, UTC; whole seconds count.</param>
    /// <param name="parameters">What else the query says.</param>
    public string Sign(string tenant, string path, string format, DateTimeOffset expires, params IReadOnlyList<KeyValuePair<string, string>> parameters) =>
        Sign("GET", tenant, path, format, expires, parameters);

    /// <summary>A link for any method; the rest as for GET.</summary>
    public string Sign(string method, string tenant, string path, string format, DateTimeOffset expires, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var until = expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(master.For(Purpose), Signed(method, tenant, Resource(path, parameters), format, until));
        KeyValuePair<string, string>[] query =
            [.. parameters, new(Tenant, tenant), new(Format, format), new(Expires, until), new(Signature, Base64Url.EncodeToString(signature))];
        return $"{path}?{Join(query)}";
    }

    /// <summary>Judges a request that carries a signature; the tenant counts only when the verdict is <see cref="LinkVerdict.Valid"/>.</summary>
    public (LinkVerdict Verdict, string Tenant) Check(string method, string path, IReadOnlyList<KeyValuePair<string, string>> query)
    {
        string Of(string name) => query.FirstOrDefault(parameter => parameter.Key == name).Value ?? "";
        var (tenant, until) = (Of(Tenant), Of(Expires));
        var signed = Signed(method, tenant, Resource(path, query), Of(Format), until);
        var isOurs = query.Select(parameter => parameter.Key).Distinct().Count() == query.Count
            && Base64Url.IsValid(Of(Signature))
            && IsSignature(Base64Url.DecodeFromChars(Of(Signature)), signed);
        if (!isOurs)
        {
            return (LinkVerdict.Invalid, tenant);
        }

        var isOver = long.Parse(until, CultureInfo.InvariantCulture) <= time.GetUtcNow().ToUnixTimeSeconds();
        return (isOver ? LinkVerdict.Expired : LinkVerdict.Valid, tenant);
    }

    private static string Resource(string path, IReadOnlyList<KeyValuePair<string, string>> query) =>
        $"{path}?{Join(query.Where(parameter => !Apart.Contains(parameter.Key)).OrderBy(parameter => parameter.Key, StringComparer.Ordinal))}";

    private static string Join(IEnumerable<KeyValuePair<string, string>> query) =>
        string.Join('&', query.Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));

    // By a former master key, too: a link lives on when the key is rotated.
    private bool IsSignature(byte[] signature, byte[] signed) =>
        master.GivenFor(Purpose).Any(key => CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(key, signed)));

    // Escaped, so that no part can run over into the next.
    private static byte[] Signed(params string[] parts) => Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(Uri.EscapeDataString)));
}
