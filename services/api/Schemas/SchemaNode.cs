using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>What one keyword demands of a value; null when the value fits.</summary>
internal delegate SchemaFault? SchemaRule(JsonElement value, SchemaRun run);

/// <summary>One schema made ready: the rules of its keywords. Filled after it is made, since schemas may refer to themselves.</summary>
internal sealed class SchemaNode
{
    private SchemaRule[] _rules = [];

    public void Fill(IEnumerable<SchemaRule> rules) => _rules = [.. rules];

    /// <summary>The first fault, or null.</summary>
    public SchemaFault? Check(JsonElement value, SchemaRun run)
    {
        run.Enter();
        foreach (var rule in _rules)
        {
            if (rule(value, run) is { } fault)
            {
                run.Leave();
                return fault;
            }
        }

        run.Leave();
        return null;
    }

    public bool Fits(JsonElement value, SchemaRun run) => Check(value, run) is null;
}
