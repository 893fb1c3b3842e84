using System.Diagnostics;
using System.Text.Json;
using BatchPlatform.Api.Schemas;

namespace BatchPlatform.Api.Tests.Schemas;

/// <summary>What 2020-12 adds, and that no schema and no value can keep an upload busy.</summary>
public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"exclusiveMinimum":1}""", "1.1", "1")]
    [InlineData("""{"exclusiveMaximum":1}""", "0.9", "1.0")]
    [InlineData("""{"type":"integer"}""", "1e2", "0.5")]
    [InlineData("""{"type":"integer"}""", "1.0", "1e-1")]
    [InlineData("""{"type":["string","null"]}""", "null", "1")]
    [InlineData("""{"multipleOf":0.01}""", "4.02", "4.021")]
    [InlineData("""{"maximum":100000000000000000000000000000000000000}""", "1e37", "1e39")]
    [InlineData("""{"const":{"a":1}}""", """{"a":1.0}""", """{"a":2}""")]
    [InlineData("""{"enum":[1,null]}""", "null", "false")]
    [InlineData("""{"minLength":2,"maxLength":2}""", "\"\U0001F600\U0001F600\"", "\"\U0001F600\"")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aa\"", "\"ab\"")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", """["a",1,2]""", """["a","b"]""")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """["a"]""", """["a","b"]""")]
    [InlineData("""{"contains":{"type":"integer"}}""", """["a",1]""", """["a"]""")]
    [InlineData("""{"contains":{"type":"integer"},"minContains":2,"maxContains":2}""", "[1,2]", "[1,2,3]")]
    [InlineData("""{"contains":true,"minContains":0}""", "[]", null)]
    [InlineData("""{"uniqueItems":true}""", """[1,"1",{"a":1},[1]]""", """[{"a":1},{"a":1.0}]""")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"dependentSchemas":{"a":{"maxProperties":1}}}""", """{"a":1}""", """{"a":1,"b":1}""")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"a":1}""", """{"ab":1}""")]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":5}}""", "5", "\"\"")]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":5}}""", "\"a\"", "4")]
    [InlineData("""{"$defs":{"n":{"type":"integer"}},"$ref":"#/$defs/n","minimum":2}""", "2", "1")]
    [InlineData("""{"$ref":"#/schemas/Tree"}""", """{"next":{"next":{}}}""", """{"next":{"next":[]}}""")]
    [InlineData("""{"properties":{"a":{"$ref":"#/schemas/Tree/properties/next"}}}""", """{"a":{}}""", """{"a":1}""")]
    [InlineData("""{"$ref":"#/schemas/a~1b%20c"}""", "1", "\"1\"")]
    [InlineData("true", "1", null)]
    [InlineData("false", null, "1")]
    [InlineData("""{"format":"email","unknown":1}""", "\"no mail\"", null)]
    public void Values_fit_or_do_not(string schema, string? fits, string? doesNot)
    {
        var ready = JsonSchema.Compile(Json(schema), Shared());
        Assert.Null(fits is null ? null : ready.Check(Json(fits), 100));
        Assert.True(doesNot is null || ready.Check(Json(doesNot), 100) is not null);
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"items":{"type":"string"}}}}""", """{"a":["b",1]}""", ".a[1]", "must be string")]
    [InlineData("""{"required":["a"]}""", "{}", ".a", "is missing")]
    [InlineData("""{"additionalProperties":false}""", """{"a":1}""", ".a", "is not allowed")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "4", "", "fits none of 2 alternatives")]
    public void A_fault_says_where_and_what(string schema, string value, string path, string message) =>
        Assert.Equal(new SchemaFault(path, message), JsonSchema.Compile(Json(schema), Shared()).Check(Json(value), 100));

    [Theory]
    [InlineData("7", "")]
    [InlineData("""{"type":"file"}""", ".type")]
    [InlineData("""{"required":true}""", ".required")]
    [InlineData("""{"minimum":"1"}""", ".minimum")]
    [InlineData("""{"multipleOf":0}""", ".multipleOf")]
    [InlineData("""{"anyOf":[]}""", ".anyOf")]
    [InlineData("""{"items":[{}]}""", ".items")]
    [InlineData("""{"pattern":"("}""", ".pattern")]
    [InlineData("""{"pattern":"(a)\\1"}""", ".pattern")]
    [InlineData("""{"patternProperties":{"(?!a)":{}}}""", ".patternProperties.(?!a)")]
    [InlineData("""{"properties":{"a":[]}}""", ".properties.a")]
    [InlineData("""{"unevaluatedProperties":false}""", ".unevaluatedProperties")]
    [InlineData("""{"$dynamicRef":"#a"}""", ".$dynamicRef")]
    [InlineData("""{"allOf":[{"$ref":"#/nowhere"}]}""", ".allOf[0].$ref")]
    [InlineData("""{"$ref":"other.json"}""", ".$ref")]
    public void A_schema_that_cannot_be_checked_is_refused(string schema, string path) => Assert.Equal(path, JsonSchema.FaultOf(Json(schema), Shared())?.Path);

    [Theory]
    [InlineData("""{"$ref":"#"}""", "1")]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""", "1")]
    [InlineData("""{"anyOf":[{"allOf":[{"$ref":"#"},{"$ref":"#"}]},{"$ref":"#"}]}""", "1")]
    [InlineData("""{"items":{"oneOf":[{"$ref":"#"},{"$ref":"#"},{"$ref":"#"}]}}""", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]")]
    public void A_check_that_would_not_end_is_cut_short(string schema, string value)
    {
        var watch = Stopwatch.StartNew();
        Assert.NotNull(JsonSchema.Compile(Json(schema), Shared()).Check(Json(value), 100));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_pattern_that_others_choke_on_is_checked_in_linear_time()
    {
        var ready = JsonSchema.Compile(Json("""{"pattern":"^(a+)+$"}"""), Shared());
        var watch = Stopwatch.StartNew();
        Assert.NotNull(ready.Check(JsonSerializer.SerializeToElement(new string('a', 250_000) + "b"), 250_000));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void Large_values_have_room()
    {
        var ready = JsonSchema.Compile(Json("""{"items":{"type":"object","properties":{"a":{"type":"integer"}}}}"""), Shared());
        var value = $"[{string.Join(',', Enumerable.Repeat("""{"a":1}""", 30_000))}]";
        Assert.Null(ready.Check(Json(value), value.Length));
    }

    [Fact]
    public void A_long_chain_of_references_is_made_ready_without_nesting()
    {
        var schemas = Enumerable.Range(0, 20_000).ToDictionary(i => $"S{i}", i => Json($$$$"""{"properties":{"next":{"$ref":"#/schemas/S{{{{i + 1}}}}"}}}"""));
        schemas["S20000"] = Json("""{"type":"integer"}""");
        Assert.Null(JsonSchema.FaultOf(Json("""{"$ref":"#/schemas/S0"}"""), new SharedSchemas(schemas)));
    }

    private static SharedSchemas Shared() => new(new Dictionary<string, JsonElement>
    {
        ["Tree"] = Json("""{"type":"object","properties":{"next":{"$ref":"#"}}}"""),
        ["a/b c"] = Json("""{"type":"integer"}"""),
    });

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
