using System.Text.Json;

namespace BatchPlatform.Contracts;

/// <summary>How an upstream's definition is written in configuration, in the store and in the API.</summary>
public static class UpstreamJson
{
    /// <summary>snake_case members; unknown ones are refused.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };
}
