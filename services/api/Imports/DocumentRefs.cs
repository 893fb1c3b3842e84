using System.Text.Json;

namespace BatchPlatform.Api.Imports;

/// <summary>Follows the references within a document. What lies in other files is not there.</summary>
internal sealed class DocumentRefs(JsonElement document, ImportNotes notes)
{
    private const int MaxHops = 20;

    /// <summary>The element itself, or what it refers to; undefined when that is not in the document.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        for (var hops = 0; hops < MaxHops; hops++)
        {
            if (ReferenceIn(element) is not { } reference)
            {
                return element;
            }

            element = Find(reference);
        }

        return default;
    }

    /// <summary>The reference that an element is, or null.</summary>
    public static string? ReferenceIn(JsonElement element) => element.Member("$ref") is { ValueKind: JsonValueKind.String } reference ? reference.GetString() : null;

    /// <summary>What a reference names; undefined when it is not in the document.</summary>
    public JsonElement Find(string reference)
    {
        var found = reference.StartsWith("#/", StringComparison.Ordinal) ? document : default;
        foreach (var token in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(token).Replace("~1", "/").Replace("~0", "~");
            found = found.ValueKind == JsonValueKind.Array && int.TryParse(name, out var at) && at >= 0 && at < found.GetArrayLength() ? found[at] : found.Member(name);
        }

        if (found.ValueKind == JsonValueKind.Undefined)
        {
            notes.Add($"{reference}: is not in the document; what refers to it is not checked");
        }

        return found;
    }
}

/// <summary>Reads documents that may be anything.</summary>
internal static class DocumentElements
{
    /// <summary>A member; undefined when there is none.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A member's text; null when there is none.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool IsTrue(this JsonElement element, string name) => element.Member(name).ValueKind == JsonValueKind.True;

    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Members(this JsonElement element) => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];
}
