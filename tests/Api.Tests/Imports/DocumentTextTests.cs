using System.Text;
using BatchPlatform.Api.Imports;

namespace BatchPlatform.Api.Tests.Imports;

/// <summary>YAML as JSON, and what no text may do.</summary>
public sealed class DocumentTextTests
{
    [Theory]
    [InlineData("a: 1\nb: 1.50\nc: 007\nd: -3e2\ne: 0x1F", """{"a":1,"b":1.50,"c":"007","d":-3e2,"e":31}""")]
    [InlineData("a: yes\nb: True\nc: 'true'\nd: !!str 5\ne: ~\nf:\ng: \"\"", """{"a":"yes","b":true,"c":"true","d":"5","e":null,"f":null,"g":""}""")]
    [InlineData("200: ok\ntrue: x\n3.1: y", """{"200":"ok","true":"x","3.1":"y"}""")]
    [InlineData("a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]", """{"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],[1,{"b":2}]]}""")]
    [InlineData("a: [&x 1, &y {b: &z two}, *x, *y, *z]", """{"a":[1,{"b":"two"},1,{"b":"two"},"two"]}""")]
    [InlineData("a: |\n  one\n  two\nb: >\n  one\n  two\n", """{"a":"one\ntwo\n","b":"one two\n"}""")]
    [InlineData("{\"a\": 1}", """{"a":1}""")]
    [InlineData("{a: 1}", """{"a":1}""")]
    [InlineData("\uFEFF{\"a\": 1}", """{"a":1}""")]
    [InlineData("--- # first\na: 1\n---\nb: 2", """{"a":1}""")]
    public void Both_ways_to_write_a_document_read_the_same(string text, string json)
    {
        using var document = DocumentText.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(document.RootElement));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a: b: c")]
    [InlineData("a: [1, 2")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("a: \"\\ud800\"")]
    [InlineData("a: *nothing")]
    [InlineData("? [a]\n: b")]
    [InlineData("? {a: 1}\n: b")]
    public void What_is_neither_is_refused(string text) => Assert.Throws<DocumentException>(() => DocumentText.Parse(Encoding.UTF8.GetBytes(text)).Dispose());

    [Fact]
    public void A_text_that_nests_without_end_is_refused()
    {
        Refused(new string('[', 100_000));
        Refused("{\"a\":" + new string('[', 100_000));
        Refused(string.Concat(Enumerable.Repeat("{a: ", 100_000)));
    }

    [Fact]
    public void Aliases_cannot_make_a_document_grow_without_end()
    {
        var laughs = new StringBuilder("a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
        for (var i = 1; i < 30; i++)
        {
            laughs.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Refused(laughs.ToString());
    }

    private static void Refused(string text) => Assert.Throws<DocumentException>(() => DocumentText.Parse(Encoding.UTF8.GetBytes(text)).Dispose());
}
