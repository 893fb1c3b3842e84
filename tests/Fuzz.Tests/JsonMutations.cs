using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>Puts something else in the place of one value of a JSON body; of other bodies, in the place of one of a form's or a line's.</summary>
internal sealed class JsonMutations(Random random)
{
    private const string Hole = "a-hole-in-the-document";

    private static readonly string[] Literals =
    [
        "null", "true", "0", "-0", "-1", "1", "2.5", "1e999", "-1e999", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "2147483648", "1e-400", "NaN", "Infinity", "01", "+1",
        "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\x\"", "\"" + new string('a', 5000) + "\"", "\"=1+1\"", "\"../../etc/passwd\"", "\"{{a}}\"", "\"0001-01-01T00:00:00Z\"",
        "\"file:///etc/passwd\"", "\"http://169.254.169.254/\"", "\"https://[::1]/\"", "\"https://a b/\"", "\"\\n\"", "[]", "{}", "[[]]", "[null]", "{\"a\":1,\"a\":2}", "{\"$ref\":\"#\"}", "\"\u00e9\\u202e\"",
        string.Concat(Enumerable.Repeat("[", 70)) + string.Concat(Enumerable.Repeat("]", 70)), string.Concat(Enumerable.Repeat("[", 5000)), string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100),
    ];

    public byte[] Apply(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) is { } root ? Encoding.UTF8.GetBytes(Apply(root)) : body;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return Encoding.UTF8.GetBytes(InText(Encoding.UTF8.GetString(body)));
        }
    }

    private string Apply(JsonNode root)
    {
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        var chosen = nodes[random.Next(nodes.Count)];
        var literal = Literals[random.Next(Literals.Length)];
        if (chosen is JsonObject members && random.Next(2) == 0)
        {
            members[random.Next(3) == 0 ? "\0" : "unknown"] = Hole;
            return Filled(root, literal);
        }

        if (chosen.Parent is JsonObject parent && random.Next(4) == 0)
        {
            // The same member twice: JSON has a place for it, no reader agrees which counts.
            var name = JsonSerializer.Serialize(chosen.GetPropertyName());
            parent["twice"] = Hole;
            return root.ToJsonString().Replace($"\"twice\":\"{Hole}\"", $"{name}:{literal}", StringComparison.Ordinal);
        }

        switch (chosen.Parent)
        {
            case JsonObject owner when random.Next(4) == 0:
                owner.Remove(chosen.GetPropertyName());
                return root.ToJsonString();
            case null:
                return literal;
            default:
                chosen.ReplaceWith(Hole);
                return Filled(root, literal);
        }
    }

    private string InText(string text)
    {
        var literal = Literals[random.Next(Literals.Length)];
        var marks = text.Index().Where(each => each.Item is '=' or ',' or ':' or '\n').Select(each => each.Index).ToList();
        if (marks.Count == 0)
        {
            return text + literal;
        }

        var at = marks[random.Next(marks.Count)] + 1;
        var end = text.IndexOfAny(['&', ',', '\n', '}'], at) is var found and >= 0 ? found : text.Length;
        return text[..at] + literal + text[end..];
    }

    private static string Filled(JsonNode root, string literal) => root.ToJsonString().Replace($"\"{Hole}\"", literal, StringComparison.Ordinal);

    private static void Collect(JsonNode node, List<JsonNode> into)
    {
        into.Add(node);
        var children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in children.OfType<JsonNode>())
        {
            Collect(child, into);
        }
    }
}
