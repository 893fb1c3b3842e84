using System.Text;
using System.Text.Json;
using BatchPlatform.Api.Expansions;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Tests.Datasets;

/// <summary>How a row's fields get into a job.</summary>
public sealed class RowTemplateTests
{
    private const string Row = """{"id":7,"name":"Zürich \"HB\"","price":1.50,"open":true,"tags":["a","b"],"at":{"x":1},"none":null}""";

    [Theory]
    [InlineData("""{"p":"{{price}}"}""", """{"p":1.50}""")]
    [InlineData("""{"p":"{{ price }}"}""", """{"p":1.50}""")]
    [InlineData("""{"n":"{{name}}"}""", """{"n":"Zürich \"HB\""}""")]
    [InlineData("""{"o":"{{open}}","t":"{{tags}}","a":"{{at}}","z":"{{none}}"}""", """{"o":true,"t":["a","b"],"a":{"x":1},"z":null}""")]
    [InlineData("""{"q":"{{id}}: {{name}}!"}""", """{"q":"7: Zürich \"HB\"!"}""")]
    [InlineData("""{"q":"{{open}} {{tags}} {{at}} {{none}}."}""", """{"q":"true [\"a\",\"b\"] {\"x\":1} ."}""")]
    [InlineData("""{"deep":[{"er":["{{id}}",1,"{{id}}x"]}]}""", """{"deep":[{"er":[7,1,"7x"]}]}""")]
    [InlineData("""{"fixed":[1.0,true,null,"text","{{","}}"]}""", """{"fixed":[1.0,true,null,"text","{{","}}"]}""")]
    [InlineData("""{"row":"{{#row}}","group":"{{#group}}","text":"no {{#row}}"}""", """{"row":6,"group":2,"text":"no 6"}""")]
    [InlineData("{}", "{}")]
    public void Placeholders_are_filled_in(string template, string made) => Assert.Equal(made, Render(template).Params);

    [Fact]
    public void Without_params_the_row_is_the_params() => Assert.Equal(Row, Render(null).Params);

    [Fact]
    public void Merged_the_row_stands_beside_the_params_which_win() =>
        Assert.Equal("""{"id":7,"b":2,"a":"7!"}""", Render("""{"a":"{{id}}!"}""", """{"id":7,"a":1,"b":2}""", merge: true).Params);

    [Theory]
    [InlineData(null, """{"id":7,"a":"{{id}}","n":[1]}""")]
    [InlineData("""{"a":"{{id}}","b":2}""", """{"b":2,"a":"{{id}}","n":[1]}""")]
    public void Constants_are_added_as_they_are_and_win(string? template, string made) =>
        Assert.Equal(made, Render(template, """{"id":7,"a":1}""", constants: """{"a":"{{id}}","n":[1]}""").Params);

    [Fact]
    public void A_field_that_the_row_does_not_have_is_told() => Assert.Equal("street", Render("""{"a":"{{id}}","b":"in {{street}}"}""").Missing);

    [Fact]
    public void A_custom_id_is_a_text() => Assert.Equal("order-7-6", new RowTemplate(Template(null) with { CustomId = "order-{{id}}-{{#row}}" }).Render(At(Row)).CustomId);

    [Theory]
    [InlineData("""{"a":"{{}}"}""")]
    [InlineData("""{"a":"{{  }}"}""")]
    [InlineData("""{"a":["{{#colour}}"]}""")]
    public void A_placeholder_that_means_nothing_is_refused(string template) => Assert.Throws<FormatException>(() => Render(template));

    private static (string Params, string? Missing) Render(string? template, string row = Row, bool merge = false, string constants = "{}")
    {
        var added = JsonSerializer.Deserialize<JsonElement>(constants);
        var made = new RowTemplate(Template(template) with { Merge = merge, Constants = added }).Render(At(row));
        return (Encoding.UTF8.GetString(made.Params.Span), made.Missing);
    }

    private static DatasetRow At(string json) => new() { Index = 5, Json = json };

    private static JobTemplate Template(string? json) =>
        new("bench", "noop", json is null ? null : JsonSerializer.Deserialize<JsonElement>(json), GroupSize: 3);
}
