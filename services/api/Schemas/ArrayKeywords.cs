using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>Keywords for arrays.</summary>
internal static class ArrayKeywords
{
    public static IEnumerable<SchemaRule> PrefixItems(KeywordUse use)
    {
        var nodes = use.Nodes();
        return [ForArrays((array, run) => First(array.EnumerateArray().Take(nodes.Length).Select((item, at) => At(at, nodes[at].Check(item, run)))))];
    }

    public static IEnumerable<SchemaRule> Items(KeywordUse use)
    {
        var node = use.Value.ValueKind == JsonValueKind.Array ? throw use.Wrong("must be one schema; prefixItems is for several") : use.Node();
        var skip = use.Schema.TryGetProperty("prefixItems", out var prefix) && prefix.ValueKind == JsonValueKind.Array ? prefix.GetArrayLength() : 0;
        return [ForArrays((array, run) => First(array.EnumerateArray().Skip(skip).Select((item, at) => At(skip + at, node.Check(item, run)))))];
    }

    public static IEnumerable<SchemaRule> Contains(KeywordUse use)
    {
        var node = use.Node();
        var min = BesideCount(use, "minContains") ?? 1;
        var max = BesideCount(use, "maxContains") ?? int.MaxValue;
        return [ForArrays((array, run) => array.EnumerateArray().Count(item => node.Fits(item, run)) is var count && count >= min && count <= max
            ? null
            : SchemaFault.Here("does not contain what it must, as often as it must"))];
    }

    public static IEnumerable<SchemaRule> MinItems(KeywordUse use)
    {
        var min = use.Count();
        return [ForArrays((array, _) => array.GetArrayLength() >= min ? null : SchemaFault.Here($"must have at least {min} items"))];
    }

    public static IEnumerable<SchemaRule> MaxItems(KeywordUse use)
    {
        var max = use.Count();
        return [ForArrays((array, _) => array.GetArrayLength() <= max ? null : SchemaFault.Here($"must have at most {max} items"))];
    }

    public static IEnumerable<SchemaRule> UniqueItems(KeywordUse use) =>
        use.Flag() ? [ForArrays((array, run) => AreUnique([.. array.EnumerateArray()], run) ? null : SchemaFault.Here("must not hold an item twice"))] : [];

    private static SchemaRule ForArrays(SchemaRule rule) => (value, run) => value.ValueKind == JsonValueKind.Array ? rule(value, run) : null;

    private static SchemaFault? First(IEnumerable<SchemaFault?> faults) => faults.FirstOrDefault(fault => fault is not null);

    private static SchemaFault? At(int index, SchemaFault? fault) => fault?.Under($"[{index}]");

    private static int? BesideCount(KeywordUse use, string keyword) =>
        use.Schema.TryGetProperty(keyword, out var value) ? (use with { Value = value, Path = $"{use.Path}.{keyword}" }).Count() : null;

    // Strings, the common case, by their hash; others two by two, which the run's bound cuts short.
    private static bool AreUnique(JsonElement[] items, SchemaRun run)
    {
        var texts = new HashSet<string>(StringComparer.Ordinal);
        var others = new List<JsonElement>();
        foreach (var item in items)
        {
            var isNew = item.ValueKind == JsonValueKind.String
                ? texts.Add(item.GetString()!)
                : !others.Exists(other => ValueKeywords.IsEqual(other, item, run));
            if (!isNew)
            {
                return false;
            }

            if (item.ValueKind != JsonValueKind.String)
            {
                others.Add(item);
            }
        }

        return true;
    }
}
