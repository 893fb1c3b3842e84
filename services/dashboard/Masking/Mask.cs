using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard.Masking;

/// <summary>Hides what configuration says (<c>Dashboard:Mask</c>) from params and responses before they are shown.</summary>
internal sealed class Mask(IOptions<DashboardOptions> options)
{
    /// <summary>What stands in the place of a value.</summary>
    public const string Cover = "•••";

    private const string Everything = "*";

    // Razor encodes it for the page.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HashSet<string> _names = new(options.Value.Mask, StringComparer.OrdinalIgnoreCase);

    /// <summary>Something is hidden.</summary>
    public bool IsOn => _names.Count > 0;

    /// <summary>The value with what is to be hidden covered.</summary>
    public JsonNode? Covered(JsonElement value)
    {
        if (_names.Contains(Everything))
        {
            return JsonValue.Create(Cover);
        }

        var node = JsonSerializer.SerializeToNode(value);
        Hide(node);
        return node;
    }

    /// <summary>The same for people to read.</summary>
    public string Text(JsonElement value) => Covered(value)?.ToJsonString(Indented) ?? "null";

    private void Hide(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var name in members.Select(member => member.Key).ToList())
                {
                    if (_names.Contains(name))
                    {
                        members[name] = Cover;
                    }
                    else
                    {
                        Hide(members[name]);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Hide(item);
                }

                break;
        }
    }
}
