using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Finds upstreams and their actions by the characters of a name, without making a string of it: a million jobs share one.</summary>
public sealed class KnownUpstreams
{
    private readonly Dictionary<string, KnownUpstream> _byName;
    private readonly Dictionary<string, KnownUpstream>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public KnownUpstreams(IEnumerable<Upstream> upstreams)
    {
        _byName = upstreams.ToDictionary(upstream => upstream.Namespace, upstream => new KnownUpstream(upstream), StringComparer.Ordinal);
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
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _actions;

    public KnownUpstream(Upstream definition)
    {
        Definition = definition;
        _actions = definition.Actions.Keys.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public Upstream Definition { get; }

    /// <summary>The action's name as one shared string, or null when the upstream has none of that name.</summary>
    public string? Action(ReadOnlySpan<char> name) => _actions.TryGetValue(name, out var action) ? action : null;
}
