using BatchPlatform.Api.Schemas;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Finds upstreams and their actions by the characters of a name, without making a string of it: a million jobs share one.</summary>
public sealed class KnownUpstreams
{
    private readonly Dictionary<string, KnownUpstream> _byName;
    private readonly Dictionary<string, KnownUpstream>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public KnownUpstreams(IEnumerable<KnownUpstream> upstreams)
    {
        _byName = upstreams.ToDictionary(upstream => upstream.Definition.Namespace, StringComparer.Ordinal);
        _lookup = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>All definitions, by name.</summary>
    public IEnumerable<Upstream> All => _byName.Values.Select(known => known.Definition);

    /// <summary>The upstream of that namespace, or null.</summary>
    public KnownUpstream? Find(ReadOnlySpan<char> ns) => _lookup.TryGetValue(ns, out var found) ? found : null;
}

/// <summary>One upstream that jobs may name.</summary>
public sealed class KnownUpstream
{
    private readonly Dictionary<string, KnownAction>.AlternateLookup<ReadOnlySpan<char>> _actions;

    public KnownUpstream(Upstream definition)
    {
        Definition = definition;
        var shared = new SharedSchemas(definition.Schemas);
        _actions = definition.Actions
            .ToDictionary(action => action.Key, action => new KnownAction(action.Key, () => ParamRules.Of(definition, action.Value, shared)), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public Upstream Definition { get; }

    /// <summary>The action of that name, or null.</summary>
    public KnownAction? Action(ReadOnlySpan<char> name) => _actions.TryGetValue(name, out var action) ? action : null;
}

/// <summary>One action that jobs may name.</summary>
public sealed class KnownAction
{
    // Made ready when the first job names it: an imported definition has hundreds of schemas, and jobs use few.
    private readonly Lazy<ParamRules?> _rules;

    internal KnownAction(string name, Func<ParamRules?> rules) => (Name, _rules) = (name, new Lazy<ParamRules?>(rules));

    /// <summary>The name as one string that all jobs share.</summary>
    public string Name { get; }

    /// <summary>What is wrong with a job's params, or null.</summary>
    public SchemaFault? FaultOf(ReadOnlyMemory<byte> raw) => _rules.Value?.FaultOf(raw);
}
