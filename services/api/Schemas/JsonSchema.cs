using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>
/// A JSON Schema (2020-12) made ready to check values. It knows all keywords of validation and applicators but
/// <c>unevaluatedProperties</c>, <c>unevaluatedItems</c> and dynamic references, which are refused; <c>format</c> is an
/// annotation, as the standard has it. References stay within the definition: nothing is ever fetched. Patterns run in linear
/// time, and a check has a bound on its work, so that no value can keep an upload busy.
/// </summary>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>Makes a schema ready.</summary>
    /// <exception cref="InvalidOperationException">It is none; <see cref="FaultOf"/> says why.</exception>
    public static JsonSchema Compile(JsonElement schema, SharedSchemas shared)
    {
        try
        {
            return new JsonSchema(shared.Locked(() => new SchemaScope(schema, shared).Root()));
        }
        catch (SchemaException error)
        {
            throw new InvalidOperationException($"A stored schema cannot be used: {error.Fault.Path}: {error.Message}", error);
        }
    }

    /// <summary>Why <paramref name="schema"/> cannot be used, or null.</summary>
    public static SchemaFault? FaultOf(JsonElement schema, SharedSchemas shared)
    {
        try
        {
            shared.Locked(() => new SchemaScope(schema, shared).Root());
            return null;
        }
        catch (SchemaException error)
        {
            return error.Fault;
        }
    }

    /// <summary>Where <paramref name="value"/> does not fit, or null.</summary>
    /// <param name="value">The value.</param>
    /// <param name="bytes">How long it is as text.</param>
    public SchemaFault? Check(JsonElement value, int bytes)
    {
        try
        {
            return _root.Check(value, new SchemaRun(bytes));
        }
        catch (SchemaTooCostlyException error)
        {
            return SchemaFault.Here(error.Message);
        }
    }
}
