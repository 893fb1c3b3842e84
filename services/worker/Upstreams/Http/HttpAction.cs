using System.Collections.Frozen;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>One action made ready: turns a job's params into a request.</summary>
internal sealed class HttpAction
{
    private readonly HttpMethod _method;
    private readonly PathTemplate _address;
    private readonly FrozenDictionary<string, ParamPlace> _places;
    private readonly BodyKind _body;
    private readonly KeyValuePair<string, string>[] _headers;

    /// <exception cref="FormatException">The definition names something that cannot be called.</exception>
    public HttpAction(Upstream upstream, string name, UpstreamAction action)
    {
        _method = DefinitionWords.Method(action.Method);
        // A GET has no body, whatever the definition says.
        _body = _method == HttpMethod.Get ? BodyKind.None : DefinitionWords.Body(action.Body);
        _address = new PathTemplate($"{DefinitionWords.BaseUrl(upstream.BaseUrl)}/{action.Path.TrimStart('/')}");
        _places = PlacesOf(name, action);
        _headers = [.. upstream.Headers.Select(DefinitionWords.Header)];
        Success = new StatusRanges(action.Success.Statuses);
        AtMostOnce = action.AtMostOnce;
    }

    public StatusRanges Success { get; }

    public bool AtMostOnce { get; }

    /// <param name="rawParams">A JSON object, UTF-8.</param>
    /// <exception cref="ParamsException">The params do not fit the action.</exception>
    public HttpRequestMessage CreateRequest(ReadOnlyMemory<byte> rawParams)
    {
        if (_body == BodyKind.Json && _places.Count == 0)
        {
            // Nothing is named elsewhere: the params go out as the bytes they came as.
            return CreateMessage(_address.Fill(FrozenDictionary<string, string>.Empty), [], RequestParts.Json(rawParams));
        }

        using var parts = new RequestParts(rawParams);
        foreach (var param in parts.Params)
        {
            parts.Place(param, _places.GetValueOrDefault(param.Name, _body == BodyKind.None ? ParamPlace.Query : ParamPlace.Body));
        }

        return CreateMessage(parts.AddQuery(_address.Fill(parts.Path)), parts.Headers, parts.Content(_body));
    }

    private HttpRequestMessage CreateMessage(string address, IEnumerable<KeyValuePair<string, string>> headers, HttpContent? content)
    {
        // The client repeats a request without a body by itself when its connection turns out to be closed; with one, even an empty
        // one, it does not.
        content ??= AtMostOnce ? new ByteArrayContent([]) : null;
        var request = new HttpRequestMessage(_method, address) { Content = content };
        foreach (var (name, value) in headers.Concat(_headers))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value) && content is not null)
            {
                // One that describes the body, such as Content-Type.
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
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
}
