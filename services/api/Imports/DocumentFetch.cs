using System.Net;
using System.Text.Json.Nodes;
using BatchPlatform.Defaults;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Imports;

/// <summary>
/// Gets the OpenAPI document that a definition names, as text. An address is fetched through the guard of callbacks, with a
/// bound on size and time; a redirect is followed on the same host only.
/// </summary>
public sealed class DocumentFetch(AddressGuard guard, IOptions<ApiOptions> options, TimeProvider time) : IDisposable
{
    private const int MaxRedirects = 3;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = guard.ConnectAsync,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        UseCookies = false,
        UseProxy = false, // A proxy would resolve the name itself, and the guard would judge the proxy's address.
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "BatchPlatform" }, { "Accept", "application/json, application/yaml, */*" } },
    };

    public void Dispose() => _client.Dispose();

    /// <summary>The document's bytes, and its address when it was fetched.</summary>
    /// <param name="source">An https address, a document as JSON, or one as text of JSON or YAML.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <exception cref="DocumentException">It cannot be had.</exception>
    internal async Task<(ReadOnlyMemory<byte> Text, Uri? Address)> TextOfAsync(JsonNode source, CancellationToken cancellationToken)
    {
        if (source is JsonObject)
        {
            return (System.Text.Encoding.UTF8.GetBytes(source.ToJsonString()), null);
        }

        if (source is not JsonValue value || !value.TryGetValue(out string? text))
        {
            throw new DocumentException("must be an address, or a document as an object or as text");
        }

        return IsAddress(text) ? await FetchAsync(text, cancellationToken) : (System.Text.Encoding.UTF8.GetBytes(text), null);
    }

    private static bool IsAddress(string text) =>
        !text.Contains('\n') && (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase));

    private async Task<(ReadOnlyMemory<byte> Text, Uri? Address)> FetchAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DocumentSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FollowAsync(text, either.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            throw new DocumentException(Explain(error));
        }
    }

    private async Task<(ReadOnlyMemory<byte> Text, Uri? Address)> FollowAsync(string text, CancellationToken cancellationToken)
    {
        var first = Checked(text);
        var address = first;
        for (var hops = 0; hops <= MaxRedirects; hops++)
        {
            using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return (await ReadAsync(response, cancellationToken), first);
            }

            address = response is { StatusCode: >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest, Headers.Location: { } location }
                ? Checked(new Uri(address, location).AbsoluteUri)
                : throw new DocumentException($"cannot be fetched: the answer's status is {(int)response.StatusCode}");
            if (address.Authority != first.Authority || address.Scheme != first.Scheme)
            {
                throw new DocumentException("leads to another host; give the address of the document itself");
            }
        }

        throw new DocumentException("leads from one address to the next");
    }

    private Uri Checked(string text) => guard.FaultOf(text) is { } fault ? throw new DocumentException(fault) : new Uri(text);

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var limit = options.Value.UpstreamBytes;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (text.Length + read > limit)
            {
                throw new DocumentException($"is longer than {limit} bytes");
            }

            text.Write(buffer, 0, read);
        }

        return text.ToArray();
    }

    // Not the exception's own words: they would name addresses of our networks.
    private string Explain(Exception error) => error switch
    {
        OperationCanceledException => $"cannot be fetched: no whole answer within {options.Value.DocumentSeconds} s",
        HttpRequestException { InnerException: AddressRefusedException } => "cannot be fetched: the host has no address in a public network",
        HttpRequestException request => $"cannot be fetched: {request.HttpRequestError}",
        _ => "cannot be fetched: the answer broke off",
    };
}
