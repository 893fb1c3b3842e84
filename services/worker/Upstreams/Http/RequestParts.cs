using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>A job's params on their way into the parts of a request.</summary>
internal sealed class RequestParts : IDisposable
{
    private const string JsonType = "application/json";
    private readonly JsonDocument _document;
    private readonly StringBuilder _query = new();
    private readonly List<JsonProperty> _body = [];

    /// <exception cref="ParamsException">They are not a JSON object.</exception>
    public RequestParts(ReadOnlyMemory<byte> rawParams)
    {
        try
        {
            _document = JsonDocument.Parse(rawParams);
        }
        catch (JsonException)
        {
            throw new ParamsException("The params are not valid JSON.");
        }

        if (_document.RootElement.ValueKind != JsonValueKind.Object)
        {
            _document.Dispose();
            throw new ParamsException("The params are not a JSON object.");
        }
    }

    public IEnumerable<JsonProperty> Params => _document.RootElement.EnumerateObject();

    public Dictionary<string, string> Path { get; } = [];

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>A body of JSON text.</summary>
    public static HttpContent Json(ReadOnlyMemory<byte> text) =>
        new ReadOnlyMemoryContent(text) { Headers = { ContentType = new MediaTypeHeaderValue(JsonType) } };

    public void Dispose() => _document.Dispose();

    /// <summary>Puts a param where it belongs. A null stays out of everything but a JSON body.</summary>
    /// <exception cref="ParamsException">It does not fit there.</exception>
    public void Place(JsonProperty param, ParamPlace place)
    {
        switch (place)
        {
            case ParamPlace.Path:
                Path[param.Name] = ParamText.Of(param.Name, param.Value) ?? "";
                break;
            case ParamPlace.Query:
                AddToQuery(param);
                break;
            case ParamPlace.Header:
                AddHeader(param);
                break;
            default:
                _body.Add(param);
                break;
        }
    }

    public string AddQuery(string address) =>
        _query.Length == 0 ? address : $"{address}{(address.Contains('?') ? '&' : '?')}{_query}";

    /// <exception cref="ParamsException">A param cannot be written in this kind of body.</exception>
    public HttpContent? Content(BodyKind kind) => kind switch
    {
        BodyKind.Json => Json(WriteBody()),
        BodyKind.Form => new FormUrlEncodedContent(
            _body.SelectMany(param => ParamText.EachOf(param.Name, param.Value).Select(text => KeyValuePair.Create(param.Name, text)))),
        _ => null,
    };

    private void AddToQuery(JsonProperty param)
    {
        foreach (var text in ParamText.EachOf(param.Name, param.Value))
        {
            _query.Append(_query.Length == 0 ? "" : "&").Append(Uri.EscapeDataString(param.Name)).Append('=').Append(Uri.EscapeDataString(text));
        }
    }

    private void AddHeader(JsonProperty param)
    {
        if (ParamText.Of(param.Name, param.Value) is { } text)
        {
            Headers.Add(ParamText.FitsHeader(text)
                ? KeyValuePair.Create(param.Name, text)
                : throw new ParamsException($"Param '{param.Name}' has characters that a header cannot have."));
        }
    }

    private ReadOnlyMemory<byte> WriteBody()
    {
        var text = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(text);
        writer.WriteStartObject();
        foreach (var param in _body)
        {
            param.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return text.WrittenMemory;
    }
}
