using System.Collections.Frozen;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Where a param goes.</summary>
internal enum ParamPlace
{
    Path,
    Query,
    Header,
    Body,
}

/// <summary>How a request's body is written.</summary>
internal enum BodyKind
{
    None,
    Json,
    Form,
}

/// <summary>Reads the words of a definition; what it does not know is a <see cref="FormatException"/> that says so.</summary>
internal static class DefinitionWords
{
    // What these say is ours to decide, or the connection's.
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "Host", "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect",
        "Proxy-Authorization", "Proxy-Connection", "Idempotency-Key",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static HttpMethod Method(string word) => word switch
    {
        "GET" or "POST" or "PUT" or "PATCH" or "DELETE" => HttpMethod.Parse(word),
        _ => throw new FormatException($"Method '{word}' is none of GET, POST, PUT, PATCH and DELETE."),
    };

    public static BodyKind Body(string word) => word switch
    {
        "none" => BodyKind.None,
        "json" => BodyKind.Json,
        "form" => BodyKind.Form,
        _ => throw new FormatException($"Body '{word}' is none of json, form and none."),
    };

    public static ParamPlace Place(string word) => word switch
    {
        "path" => ParamPlace.Path,
        "query" => ParamPlace.Query,
        "header" => ParamPlace.Header,
        "body" => ParamPlace.Body,
        _ => throw new FormatException($"A param goes to '{word}', which is none of path, query, header and body."),
    };

    /// <returns>The address without a slash at its end.</returns>
    public static string BaseUrl(string text)
    {
        var usable = Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
        return usable
            ? address!.AbsoluteUri.TrimEnd('/')
            : throw new FormatException("The base address is not an absolute http or https address without query, fragment and user.");
    }

    public static KeyValuePair<string, string> Header(KeyValuePair<string, string> header) =>
        ParamText.FitsHeader(header.Value)
            ? KeyValuePair.Create(HeaderName(header.Key), header.Value)
            : throw new FormatException($"Header '{header.Key}' has a value that no header can have.");

    public static string HeaderName(string name)
    {
        var isToken = name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter));
        return isToken && !Reserved.Contains(name) ? name : throw new FormatException($"'{name}' cannot be a header of a definition.");
    }

    /// <summary>A header that a request has whether it has a body or not.</summary>
    public static string CredentialHeaderName(string name)
    {
        using var request = new HttpRequestMessage();
        return request.Headers.TryAddWithoutValidation(HeaderName(name), []) ? name : throw new FormatException($"Header '{name}' cannot carry a secret: it describes a body.");
    }
}
