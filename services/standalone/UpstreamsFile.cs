using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Standalone;

/// <summary>A user's file of upstreams: a JSON object keyed by namespace.</summary>
internal static class UpstreamsFile
{
    /// <exception cref="BadInputException">The file is missing, or no JSON object of objects.</exception>
    public static JsonObject Read(string path)
    {
        try
        {
            var upstreams = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject;
            return upstreams is { Count: > 0 } && upstreams.All(upstream => upstream.Value is JsonObject)
                ? upstreams
                : throw new BadInputException($"{path}: it must be a JSON object with one member for each namespace.");
        }
        catch (JsonException error)
        {
            throw new BadInputException($"{path}: {error.Message}", error);
        }
        catch (ArgumentException error)
        {
            throw new BadInputException($"{path}: a name is there twice. {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
