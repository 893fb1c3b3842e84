using System.Text.Json;
using System.Text.RegularExpressions;

namespace BatchPlatform.Api.Schemas;

/// <summary>Keywords for objects.</summary>
internal static class ObjectKeywords
{
    public static IEnumerable<SchemaRule> Properties(KeywordUse use)
    {
        var nodes = use.NodesByName();
        return [ForMembers((member, run) => nodes.TryGetValue(member.Name, out var node) ? node.Check(member.Value, run) : null)];
    }

    public static IEnumerable<SchemaRule> PatternProperties(KeywordUse use)
    {
        var nodes = use.NodesByName().Select(node => (Pattern: StringKeywords.Regex(node.Key, $"{use.Path}.{node.Key}"), Node: node.Value)).ToArray();
        return [ForMembers((member, run) =>
            nodes.Where(node => node.Pattern.IsMatch(member.Name)).Select(node => node.Node.Check(member.Value, run)).FirstOrDefault(fault => fault is not null))];
    }

    public static IEnumerable<SchemaRule> AdditionalProperties(KeywordUse use)
    {
        var node = use.Node();
        var known = MembersBeside(use, "properties").ToHashSet(StringComparer.Ordinal);
        Regex[] patterns = [.. MembersBeside(use, "patternProperties").Select(pattern => StringKeywords.Regex(pattern, $"{use.Path}.{pattern}"))];
        return [ForMembers((member, run) =>
            known.Contains(member.Name) || Array.Exists(patterns, pattern => pattern.IsMatch(member.Name)) ? null : node.Check(member.Value, run))];
    }

    public static IEnumerable<SchemaRule> PropertyNames(KeywordUse use)
    {
        var node = use.Node();
        return [ForMembers((member, run) => node.Check(JsonSerializer.SerializeToElement(member.Name), run))];
    }

    public static IEnumerable<SchemaRule> Required(KeywordUse use) => use.Names().Select(RequiredRule);

    public static IEnumerable<SchemaRule> MinProperties(KeywordUse use)
    {
        var min = use.Count();
        return [ForObjects((value, _) => value.GetPropertyCount() >= min ? null : SchemaFault.Here($"must have at least {min} members"))];
    }

    public static IEnumerable<SchemaRule> MaxProperties(KeywordUse use)
    {
        var max = use.Count();
        return [ForObjects((value, _) => value.GetPropertyCount() <= max ? null : SchemaFault.Here($"must have at most {max} members"))];
    }

    public static IEnumerable<SchemaRule> DependentRequired(KeywordUse use) =>
        use.Members().SelectMany(member => KeywordUse.NamesIn(member.Value, $"{use.Path}.{member.Name}").Select(name => When(member.Name, RequiredRule(name)))).ToList();

    public static IEnumerable<SchemaRule> DependentSchemas(KeywordUse use) => use.NodesByName().Select(node => When(node.Key, node.Value.Check));

    private static SchemaRule RequiredRule(string name)
    {
        var missing = new SchemaFault($".{name}", "is missing");
        return ForObjects((value, _) => value.TryGetProperty(name, out var _) ? null : missing);
    }

    private static SchemaRule When(string name, SchemaRule rule) => ForObjects((value, run) => value.TryGetProperty(name, out var _) ? rule(value, run) : null);

    private static SchemaRule ForObjects(SchemaRule rule) => (value, run) => value.ValueKind == JsonValueKind.Object ? rule(value, run) : null;

    private static SchemaRule ForMembers(Func<JsonProperty, SchemaRun, SchemaFault?> rule) => ForObjects((value, run) =>
    {
        foreach (var member in value.EnumerateObject())
        {
            run.Step();
            if (rule(member, run) is { } fault)
            {
                return fault.Under($".{member.Name}");
            }
        }

        return null;
    });

    private static IEnumerable<string> MembersBeside(KeywordUse use, string keyword) =>
        use.Schema.TryGetProperty(keyword, out var value) && value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(member => member.Name) : [];
}
