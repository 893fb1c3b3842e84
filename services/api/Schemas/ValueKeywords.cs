using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>Keywords for values of every kind.</summary>
internal static class ValueKeywords
{
    private static readonly string[] Kinds = ["null", "boolean", "object", "array", "number", "string", "integer"];

    public static IEnumerable<SchemaRule> Type(KeywordUse use)
    {
        string[] types = use.Value.ValueKind == JsonValueKind.String ? [use.Text()] : use.Names();
        if (types.Except(Kinds).Any() || types.Length == 0)
        {
            throw use.Wrong($"must be one or more of {string.Join(", ", Kinds)}");
        }

        var message = $"must be {string.Join(" or ", types)}";
        return [(value, _) => Array.Exists(types, type => IsOf(type, value)) ? null : SchemaFault.Here(message)];
    }

    public static IEnumerable<SchemaRule> Enum(KeywordUse use)
    {
        JsonElement[] values = use.Value.ValueKind == JsonValueKind.Array ? [.. use.Value.EnumerateArray()] : throw use.Wrong("must be an array");
        return [(value, run) => Array.Exists(values, one => IsEqual(one, value, run)) ? null : SchemaFault.Here("is none of the values allowed")];
    }

    public static IEnumerable<SchemaRule> Const(KeywordUse use)
    {
        var only = use.Value;
        return [(value, run) => IsEqual(only, value, run) ? null : SchemaFault.Here("is not the one value allowed")];
    }

    public static bool IsEqual(JsonElement left, JsonElement right, SchemaRun run)
    {
        run.Step();
        return left.ValueKind == right.ValueKind && JsonElement.DeepEquals(left, right);
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => value.ValueKind == JsonValueKind.Number && NumberKeywords.IsWhole(value),
    };
}
