namespace BatchPlatform.Api.Schemas;

/// <summary>Schemas made of schemas.</summary>
internal static class LogicKeywords
{
    public static IEnumerable<SchemaRule> Ref(KeywordUse use)
    {
        var target = use.Scope.Resolve(use.Text(), use.Path);
        return [(value, run) => target.Check(value, run)];
    }

    public static IEnumerable<SchemaRule> AllOf(KeywordUse use) => use.Nodes().Select(node => new SchemaRule((value, run) => node.Check(value, run)));

    public static IEnumerable<SchemaRule> AnyOf(KeywordUse use)
    {
        var nodes = use.Nodes();
        return [(value, run) =>
        {
            SchemaFault? first = null;
            foreach (var node in nodes)
            {
                if (node.Check(value, run) is not { } fault)
                {
                    return null;
                }

                first ??= fault;
            }

            return nodes.Length == 1 ? first : SchemaFault.Here($"fits none of {nodes.Length} alternatives");
        }];
    }

    public static IEnumerable<SchemaRule> OneOf(KeywordUse use)
    {
        var nodes = use.Nodes();
        return [(value, run) => nodes.Count(node => node.Fits(value, run)) switch
        {
            1 => null,
            0 => SchemaFault.Here($"fits none of {nodes.Length} alternatives"),
            _ => SchemaFault.Here("fits more than one of the alternatives"),
        }];
    }

    public static IEnumerable<SchemaRule> Not(KeywordUse use)
    {
        var node = use.Node();
        return [(value, run) => node.Fits(value, run) ? SchemaFault.Here("is what it must not be") : null];
    }

    public static IEnumerable<SchemaRule> If(KeywordUse use)
    {
        var (condition, then, otherwise) = (use.Node(), use.Beside("then"), use.Beside("else"));
        return [(value, run) => (condition.Fits(value, run) ? then : otherwise)?.Check(value, run)];
    }
}
