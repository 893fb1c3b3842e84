using System.Text.Json;
using BatchPlatform.Api.Schemas;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>
/// What an action demands of a job's params: that each can be written where it goes, and that all together fit the schema.
/// Reads the raw bytes, and makes nothing of them unless there is a schema.
/// </summary>
internal sealed class ParamRules
{
    private const int MaxNameChars = 256;
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = ApiJson.MaxDepth };
    private static readonly JsonDocumentOptions StrictDocument = new() { MaxDepth = ApiJson.MaxDepth };

    private readonly Dictionary<string, PlaceRule> _places;
    private readonly Dictionary<string, PlaceRule>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly PlaceRule _unnamed;
    private readonly JsonSchema? _schema;
    private readonly bool _anyPlaceFits;

    private ParamRules(Dictionary<string, PlaceRule> places, PlaceRule unnamed, JsonSchema? schema)
    {
        (_places, _lookup, _unnamed, _schema) = (places, places.GetAlternateLookup<ReadOnlySpan<char>>(), unnamed, schema);
        _anyPlaceFits = places.Values.Append(unnamed).All(rule => rule.Place == ParamPlace.JsonBody);
    }

    /// <summary>The rules of an action; null when any params fit.</summary>
    public static ParamRules? Of(Upstream upstream, UpstreamAction action, SharedSchemas shared)
    {
        var schema = action.Schema is { } json ? JsonSchema.Compile(json, shared) : null;
        // What a built-in action makes of its params is its own business.
        var rules = upstream.BaseUrl == Upstream.InProcess
            ? new ParamRules([], new PlaceRule(ParamPlace.JsonBody), schema)
            : new ParamRules(PlacesOf(action), PlaceRule.Of(action.HasBody() ? "body" : "query", action), schema);
        return rules._anyPlaceFits && schema is null ? null : rules;
    }

    /// <summary>The first fault, or null.</summary>
    /// <param name="raw">A JSON object, UTF-8.</param>
    public SchemaFault? FaultOf(ReadOnlyMemory<byte> raw)
    {
        try
        {
            return (_anyPlaceFits ? null : PlaceFault(raw.Span)) ?? (_schema is null ? null : FaultOf(_schema, raw));
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escaped half of a surrogate pair.
            return SchemaFault.Here("has text that is not Unicode");
        }
    }

    private static Dictionary<string, PlaceRule> PlacesOf(UpstreamAction action)
    {
        var places = action.Params.ToDictionary(param => param.Key, param => PlaceRule.Of(param.Value, action), StringComparer.Ordinal);
        var bit = 1u;
        foreach (var name in PathRules.Names(action.Path) ?? [])
        {
            places[name] = new PlaceRule(ParamPlace.Path, bit, PathRules.IsWholeSegment(action.Path, name));
            bit <<= 1;
        }

        return places;
    }

    private static SchemaFault? FaultOf(JsonSchema schema, ReadOnlyMemory<byte> raw)
    {
        using var document = JsonDocument.Parse(raw, StrictDocument);
        return schema.Check(document.RootElement, raw.Length);
    }

    private SchemaFault? PlaceFault(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw, Strict);
        var found = 0u;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader;
            var rule = RuleOf(name);
            reader.Read();
            if (rule.FaultOf(ref reader) is { } message)
            {
                return new SchemaFault($".{name.GetString()}", message);
            }

            found |= rule.Bit;
        }

        var missing = _places.FirstOrDefault(place => (place.Value.Bit & ~found) != 0).Key;
        return missing is null ? null : new SchemaFault($".{missing}", "is missing: the action's path needs it");
    }

    private PlaceRule RuleOf(Utf8JsonReader name)
    {
        if (name.ValueSpan.Length > MaxNameChars)
        {
            return _places.GetValueOrDefault(name.GetString()!, _unnamed);
        }

        Span<char> text = stackalloc char[MaxNameChars];
        return _lookup.TryGetValue(text[..name.CopyString(text)], out var rule) ? rule : _unnamed;
    }
}
