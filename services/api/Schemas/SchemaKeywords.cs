using System.Collections.Frozen;
using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>The keywords that are checked. All others are annotations, or stand beside one that reads them (<c>then</c>, <c>minContains</c>, …).</summary>
internal static class SchemaKeywords
{
    private static readonly FrozenDictionary<string, Func<KeywordUse, IEnumerable<SchemaRule>>> All = new Dictionary<string, Func<KeywordUse, IEnumerable<SchemaRule>>>
    {
        ["$ref"] = LogicKeywords.Ref,
        ["allOf"] = LogicKeywords.AllOf,
        ["anyOf"] = LogicKeywords.AnyOf,
        ["oneOf"] = LogicKeywords.OneOf,
        ["not"] = LogicKeywords.Not,
        ["if"] = LogicKeywords.If,

        ["type"] = ValueKeywords.Type,
        ["enum"] = ValueKeywords.Enum,
        ["const"] = ValueKeywords.Const,

        ["minimum"] = NumberKeywords.Minimum,
        ["maximum"] = NumberKeywords.Maximum,
        ["exclusiveMinimum"] = NumberKeywords.ExclusiveMinimum,
        ["exclusiveMaximum"] = NumberKeywords.ExclusiveMaximum,
        ["multipleOf"] = NumberKeywords.MultipleOf,

        ["minLength"] = StringKeywords.MinLength,
        ["maxLength"] = StringKeywords.MaxLength,
        ["pattern"] = StringKeywords.Pattern,

        ["prefixItems"] = ArrayKeywords.PrefixItems,
        ["items"] = ArrayKeywords.Items,
        ["contains"] = ArrayKeywords.Contains,
        ["minItems"] = ArrayKeywords.MinItems,
        ["maxItems"] = ArrayKeywords.MaxItems,
        ["uniqueItems"] = ArrayKeywords.UniqueItems,

        ["properties"] = ObjectKeywords.Properties,
        ["patternProperties"] = ObjectKeywords.PatternProperties,
        ["additionalProperties"] = ObjectKeywords.AdditionalProperties,
        ["propertyNames"] = ObjectKeywords.PropertyNames,
        ["required"] = ObjectKeywords.Required,
        ["minProperties"] = ObjectKeywords.MinProperties,
        ["maxProperties"] = ObjectKeywords.MaxProperties,
        ["dependentRequired"] = ObjectKeywords.DependentRequired,
        ["dependentSchemas"] = ObjectKeywords.DependentSchemas,
    }.ToFrozenDictionary();

    /// <summary>Why a keyword that holds no schemas cannot be checked, or null.</summary>
    public static string? FaultOf(JsonElement schema, JsonProperty keyword)
    {
        try
        {
            var scope = new SchemaScope(schema, new SharedSchemas(FrozenDictionary<string, JsonElement>.Empty));
            _ = Find(keyword.Name)?.Invoke(new KeywordUse(scope, schema, keyword.Value, keyword.Name)).Count();
            return null;
        }
        catch (SchemaException error)
        {
            return error.Fault.Message;
        }
    }

    public static Func<KeywordUse, IEnumerable<SchemaRule>>? Find(string keyword) => All.GetValueOrDefault(keyword);
}
