using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>Makes an upstream's definition of an OpenAPI document.</summary>
internal static class UpstreamImport
{
    /// <summary>What is put: the document or its address, and what counts more.</summary>
    /// <exception cref="BadInputException">A file cannot be read.</exception>
    public static JsonElement Definition(string source, string? baseUrl, string? with)
    {
        var definition = with is null ? [] : MembersOf(with);
        definition["openapi"] = IsAddress(source) ? source : Text(source);
        if (baseUrl is not null)
        {
            definition["base_url"] = baseUrl;
        }

        return JsonSerializer.SerializeToElement(definition);
    }

    /// <summary>What the platform left out of the document.</summary>
    public static IEnumerable<string> Notes(Upstream upstream) =>
        upstream.More.TryGetValue("notes", out var notes) && notes.ValueKind == JsonValueKind.Array ? notes.EnumerateArray().Select(note => note.ToString()) : [];

    private static bool IsAddress(string source) => Uri.TryCreate(source, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https" };

    private static JsonObject MembersOf(string file)
    {
        try
        {
            return JsonNode.Parse(Text(file)) as JsonObject ?? throw new BadInputException($"{file}: it must be a JSON object.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new BadInputException($"{file}: {error.Message}", error);
        }
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file} cannot be read: {error.Message}", error);
        }
    }
}
