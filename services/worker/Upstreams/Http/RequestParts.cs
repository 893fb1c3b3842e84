using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>A job's params on their way into the parts of a request.</summary>
internal sealed class RequestParts : IDisposable
{
    /// <summary>Of a request whose params are all in its body.</summary>
    public static readonly Dictionary<string, string> NoHeaders = [];

    // Nobody changes it: who wants another type puts another in its place.
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    // Servers refuse more in all headers together.
    private const int LongestHeader = 8 * 1024;
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

    /// <summary>Headers' names do not differ by case, and of two values the last counts.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A body of JSON text.</summary>
    public static HttpContent Json(ReadOnlyMemory<byte> text) =>
        new ReadOnlyMemoryContent(text) { Headers = { ContentType = JsonType } };

    public void Dispose() => _document.Dispose();

    /// <summary>Puts a param where it belongs. A null stays out of everything but a JSON body.</summary>
    /// <exception cref="ParamsException">It does not fit there.</exception>
    public void Place(JsonProperty param, string name, ParamPlace place)
    {
        switch (place)
        {
            case ParamPlace.Path:
                Path[name] = ParamText.Of(name, param.Value) ?? "";
                break;
            case ParamPlace.Query:
                AddToQuery(name, param.Value);
                break;
            case ParamPlace.Header:
                AddHeader(name, param.Value);
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

    private void AddToQuery(string name, JsonElement value)
    {
        foreach (var text in ParamText.EachOf(name, value))
        {
            _query.Append(_query.Length == 0 ? "" : "&").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(text));
        }
    }

    private void AddHeader(string name, JsonElement value)
    {
        if (ParamText.Of(name, value) is { } text)
        {
            Headers[name] = text.Length <= LongestHeader && ParamText.FitsHeader(text)
                ? text
                : throw new ParamsException($"Param '{name}' is too long for a header or has characters that no header can have.");
        }
    }

    // As they came: numbers keep their digits and texts their escapes.
    private ReadOnlyMemory<byte> WriteBody()
    {
        var text = new ArrayBufferWriter<byte>();
        foreach (var param in _body)
        {
            text.Write(text.WrittenCount == 0 ? "{\""u8 : ",\""u8);
            text.Write(JsonMarshal.GetRawUtf8PropertyName(param));
            text.Write("\":"u8);
            text.Write(JsonMarshal.GetRawUtf8Value(param.Value));
        }

        text.Write(text.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return text.WrittenMemory;
    }
}
