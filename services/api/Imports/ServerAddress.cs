using System.Text.Json;

namespace BatchPlatform.Api.Imports;

/// <summary>
/// Where a document's operations are served. A definition has one base address: the document's first server, or where it names
/// none, that of the first operation that has its own; what is served elsewhere is left out.
/// </summary>
internal sealed class ServerAddress
{
    private readonly Uri? _document;
    private readonly bool _isGiven;
    private readonly string? _ofAll;

    /// <param name="document">The document.</param>
    /// <param name="address">Where it was fetched, if it was.</param>
    /// <param name="isGiven">The definition has a base address already, and it counts for all operations.</param>
    public ServerAddress(JsonElement document, Uri? address, bool isGiven)
    {
        (_document, _isGiven) = (address, isGiven);
        _ofAll = UrlIn(document);
        BaseUrl = _ofAll ?? "";
    }

    /// <summary>The address; empty when the document names none.</summary>
    public string BaseUrl { get; private set; }

    /// <summary>Whether an operation is served at the address.</summary>
    public bool Serves(JsonElement item, JsonElement operation)
    {
        var own = UrlIn(operation) ?? UrlIn(item) ?? _ofAll ?? Relative("/");
        if (BaseUrl.Length == 0)
        {
            BaseUrl = own ?? "";
        }

        return _isGiven || (own ?? "") == BaseUrl;
    }

    private string? UrlIn(JsonElement holder)
    {
        var server = holder.Member("servers").Items().FirstOrDefault();
        if (server.Text("url") is not { } url)
        {
            return null;
        }

        foreach (var variable in server.Member("variables").Members())
        {
            url = url.Replace($"{{{variable.Name}}}", variable.Value.Member("default").ToString());
        }

        return Relative(url);
    }

    private string? Relative(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https" ? url.TrimEnd('/')
        : _document is not null && Uri.TryCreate(_document, url, out var joined) ? joined.AbsoluteUri.TrimEnd('/')
        : null;
}
