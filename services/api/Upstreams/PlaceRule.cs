using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Where a param is written.</summary>
internal enum ParamPlace
{
    /// <summary>In a JSON body, where any value fits.</summary>
    JsonBody,

    Path,
    Query,
    Header,
    FormBody,
}

/// <summary>What a value must be to be written where it goes.</summary>
/// <param name="Place">Where.</param>
/// <param name="Bit">Of a path param: its own; else 0.</param>
/// <param name="IsWholeSegment">Of a path param: nothing stands beside it between two slashes.</param>
internal sealed record PlaceRule(ParamPlace Place, uint Bit = 0, bool IsWholeSegment = false)
{
    private const string NoScalar = "must be a string, a number or a boolean here";

    /// <summary>The rule for a place as a definition writes it.</summary>
    public static PlaceRule Of(string place, UpstreamAction action) => new(place switch
    {
        "path" => ParamPlace.Path,
        "query" => ParamPlace.Query,
        "header" => ParamPlace.Header,
        _ => action.Body == "form" ? ParamPlace.FormBody : ParamPlace.JsonBody,
    });

    /// <summary>Reads the value that the reader stands at; what is wrong with it, or null.</summary>
    public string? FaultOf(ref Utf8JsonReader reader)
    {
        switch (Place)
        {
            case ParamPlace.JsonBody:
                reader.Skip();
                return null;
            case ParamPlace.Path:
                return PathFault(ref reader);
            case ParamPlace.Header:
                return HeaderFault(ref reader);
            default:
                return reader.TokenType == JsonTokenType.StartArray ? ArrayFault(ref reader) : IsScalar(reader) ? null : NoScalar;
        }
    }

    private string? PathFault(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null || !IsScalar(reader))
        {
            return NoScalar;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        if (reader.ValueTextEquals(""u8))
        {
            return "must not be empty: the action's path needs it";
        }

        return IsWholeSegment && (reader.ValueTextEquals("."u8) || reader.ValueTextEquals(".."u8)) ? "would change the shape of the path" : null;
    }

    private static string? HeaderFault(ref Utf8JsonReader reader)
    {
        if (!IsScalar(reader))
        {
            return NoScalar;
        }

        return reader.TokenType != JsonTokenType.String || HeaderRules.IsValue(reader.GetString()!) ? null : "has characters that a header cannot have";
    }

    private static string? ArrayFault(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!IsScalar(reader))
            {
                return "must hold strings, numbers or booleans only here";
            }
        }

        return null;
    }

    // A null is left out where only text can go.
    private static bool IsScalar(in Utf8JsonReader reader) => reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
}
