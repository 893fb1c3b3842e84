using System.Collections.Frozen;
using System.Net.Http.Headers;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>One action made ready: turns a job's params into a request.</summary>
internal sealed class HttpAction
{
    // Twice what most servers read.
    private const int LongestAddress = 16 * 1024;
    private readonly HttpMethod _method;
    private readonly PathTemplate _address;
    private readonly FrozenDictionary<string, ParamPlace> _places;
    private readonly BodyKind _body;
    private readonly KeyValuePair<string, string>[] _headers;
    private readonly FrozenSet<int> _repeatableStatuses;

    // Of an action whose params are all in its body. Not before the first call, whose job is told what is wrong with it.
    private Uri? _onlyAddress;

    /// <exception cref="FormatException">The definition names something that cannot be called.</exception>
    public HttpAction(Upstream upstream, string name, UpstreamAction action)
    {
        _method = DefinitionWords.Method(action.Method);
        // A GET has no body, whatever the definition says.
        _body = _method == HttpMethod.Get ? BodyKind.None : DefinitionWords.Body(action.Body);
        _address = new PathTemplate($"{DefinitionWords.BaseUrl(upstream.BaseUrl)}/{action.Path.TrimStart('/')}");
        _places = PlacesOf(name, action);
        _headers = [.. upstream.Headers.Select(DefinitionWords.Header)];
        _repeatableStatuses = (action.Retry ?? upstream.Retry).Statuses.ToFrozenSet();
        Success = new SuccessCheck(action.Success);
        AtMostOnce = action.AtMostOnce;
    }

    public SuccessCheck Success { get; }

    public bool AtMostOnce { get; }

    /// <summary>Whether another attempt may help after this status and does no harm.</summary>
    public bool IsRepeatable(int status) =>
        !Success.Accepts(status) && _repeatableStatuses.Contains(status) && !(AtMostOnce && LeavesOpen(status));

    /// <param name="rawParams">A JSON object, UTF-8.</param>
    /// <exception cref="ParamsException">The params do not fit the action.</exception>
    public HttpRequestMessage CreateRequest(ReadOnlyMemory<byte> rawParams)
    {
        if (_body == BodyKind.Json && _places.Count == 0)
        {
            // Nothing is named elsewhere: the params go out as the bytes they came as.
            return CreateMessage(_onlyAddress ??= AddressOf(_address.Fill(FrozenDictionary<string, string>.Empty)), RequestParts.NoHeaders, RequestParts.Json(rawParams));
        }

        using var parts = new RequestParts(rawParams);
        foreach (var param in parts.Params)
        {
            var name = ParamText.NameOf(param);
            parts.Place(param, name, _places.GetValueOrDefault(name, _body == BodyKind.None ? ParamPlace.Query : ParamPlace.Body));
        }

        return CreateMessage(AddressOf(parts.AddQuery(_address.Fill(parts.Path))), parts.Headers, parts.Content(_body));
    }

    private static Uri AddressOf(string address) => address.Length <= LongestAddress
        ? new Uri(address)
        : throw new ParamsException($"The params make an address of more than {LongestAddress} characters.");

    private HttpRequestMessage CreateMessage(Uri address, Dictionary<string, string> headers, HttpContent? content)
    {
        // The client repeats a request without a body by itself when its connection turns out to be closed; with one, even an empty
        // one, it does not.
        content ??= AtMostOnce ? new ByteArrayContent([]) : null;
        var request = new HttpRequestMessage(_method, address) { Content = content };
        foreach (var (name, value) in _headers)
        {
            Put(request, name, value);
        }

        // A param takes the place of the definition's own header of the same name.
        foreach (var (name, value) in headers)
        {
            Put(request, name, value);
        }

        return request;
    }

    private static void Put(HttpRequestMessage request, string name, string value)
    {
        // One that describes the body, such as Content-Type, is not among the request's own.
        HttpHeaders? headers = request.Headers.TryAddWithoutValidation(name, []) ? request.Headers : request.Content?.Headers;
        headers?.Remove(name);
        headers?.TryAddWithoutValidation(name, value);
    }

    private FrozenDictionary<string, ParamPlace> PlacesOf(string name, UpstreamAction action)
    {
        var places = action.Params.ToDictionary(param => param.Key, param => DefinitionWords.Place(param.Value));
        foreach (var param in _address.Names)
        {
            places[param] = ParamPlace.Path;
        }

        foreach (var (param, place) in places)
        {
            Check(name, param, place);
        }

        return places.ToFrozenDictionary();
    }

    private void Check(string action, string param, ParamPlace place)
    {
        if (place == ParamPlace.Path && !_address.Names.Contains(param))
        {
            throw new FormatException($"Action '{action}' sends param '{param}' in its path, which does not name it.");
        }

        if (place == ParamPlace.Body && _body == BodyKind.None)
        {
            throw new FormatException($"Action '{action}' sends param '{param}' in its body, but has none.");
        }

        if (place == ParamPlace.Header)
        {
            DefinitionWords.HeaderName(param);
        }
    }

    // A refusal (4xx) says that nothing was done; a failure (5xx) may have come half-way.
    private static bool LeavesOpen(int status) => status >= 500;
}
