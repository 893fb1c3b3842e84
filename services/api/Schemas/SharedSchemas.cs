using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>The schemas that an upstream's actions share, each made ready when it is first needed.</summary>
public sealed class SharedSchemas(IReadOnlyDictionary<string, JsonElement> schemas)
{
    /// <summary>How a schema refers to one of them: <c>#/schemas/{name}</c>.</summary>
    internal const string Prefix = "#/schemas/";

    private readonly Lock _turn = new();
    private readonly Dictionary<string, SchemaScope> _scopes = [];
    private readonly Queue<Action> _later = [];

    /// <summary>Why one of them cannot be used, or null.</summary>
    public SchemaFault? FaultOf(string name)
    {
        try
        {
            Locked(() => Find(name)!.Root());
            return null;
        }
        catch (SchemaException error)
        {
            return error.Fault;
        }
    }

    /// <summary>Makes something ready, one at a time: schemas become parts of each other.</summary>
    internal SchemaNode Locked(Func<SchemaNode> make)
    {
        lock (_turn)
        {
            _later.Clear();
            var made = make();
            while (_later.TryDequeue(out var fill))
            {
                fill();
            }

            return made;
        }
    }

    /// <summary>Puts off a step of making something ready, so that references do not nest.</summary>
    internal void Later(Action fill) => _later.Enqueue(fill);

    internal SchemaScope? Find(string name)
    {
        if (!_scopes.TryGetValue(name, out var scope) && schemas.TryGetValue(name, out var schema))
        {
            scope = _scopes[name] = new SchemaScope(schema, this);
        }

        return scope;
    }
}
