using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>
/// Reads upstreams from configuration: section <c>Upstreams:{namespace}</c> in the API's own snake_case shape. Configuration knows
/// only text, so schemas and the value of a success rule are written as text that holds JSON.
/// <c>Bench:Enabled</c> adds the built-in namespace <c>bench</c>, whose action <c>noop</c> does no HTTP.
/// </summary>
public static class ConfiguredUpstreams
{
    // Configuration knows only text.
    private static readonly JsonSerializerOptions Json = new(UpstreamJson.Options) { NumberHandling = JsonNumberHandling.AllowReadingFromString };

    /// <exception cref="InvalidOperationException">A definition cannot be used; the message names its fields.</exception>
    public static IReadOnlyList<Upstream> Read(IConfiguration configuration)
    {
        var upstreams = configuration.GetSection("Upstreams").GetChildren().Select(Read).ToList();
        if (configuration.GetValue<bool>("Bench:Enabled"))
        {
            upstreams.Add(Bench());
        }

        return upstreams;
    }

    private static Upstream Read(IConfigurationSection section)
    {
        var upstream = Parse(section) with { Namespace = section.Key, Version = 0 };
        List<UpstreamFault> faults =
        [
            .. UpstreamFault.Unless(upstream.OpenApi is null, "openapi", "is read by PUT /v1/upstreams only"),
            .. UpstreamRules.Faults(upstream),
        ];
        return faults.Count == 0 ? upstream : throw Unusable(section, string.Join("; ", faults));
    }

    private static Upstream Parse(IConfigurationSection section)
    {
        try
        {
            return ToNode(section).Deserialize<Upstream>(Json) ?? throw Unusable(section, "it is empty");
        }
        catch (JsonException error)
        {
            throw Unusable(section, $"{error.Path?.Replace("$.", "")}: {error.Message}");
        }
    }

    private static Upstream Bench() => new()
    {
        Namespace = "bench",
        BaseUrl = Upstream.InProcess,
        Limits = new UpstreamLimits { Concurrency = 10_000 },
        Actions = new Dictionary<string, UpstreamAction> { ["noop"] = new() { Body = "none" } },
    };

    private static JsonNode? ToNode(IConfigurationSection section)
    {
        if (section.Value?.Length > 0
            && section.Path.Split(':') is [_, _, "schemas", _] or [_, _, "actions", _, "schema"] or [_, _, "actions", _, "success", "value"])
        {
            return ParseText(section.Value);
        }

        List<IConfigurationSection> children = [.. section.GetChildren()];
        if (children.Count == 0)
        {
            // An empty list arrives as empty text; lists are only ever statuses.
            return section is { Value: "", Key: "statuses" } ? new JsonArray() : JsonValue.Create(section.Value);
        }

        return children[0].Key == "0"
            ? new JsonArray([.. children.Select(ToNode)])
            : new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, ToNode(child))).Where(member => member.Value is not null));
    }

    // JSON of any kind, which configuration would flatten: given as text.
    private static JsonNode? ParseText(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static InvalidOperationException Unusable(IConfigurationSection section, string faults) =>
        new($"The upstream '{section.Key}' in the configuration cannot be used. {faults}");
}
