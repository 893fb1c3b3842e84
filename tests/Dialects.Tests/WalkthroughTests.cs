using BatchPlatform.Testing.Walkthroughs;

namespace BatchPlatform.Dialects.Tests;

/// <summary>Every request of every page in docs/dialects is sent, and answered as printed.</summary>
[Collection(nameof(OnePlatform))]
public sealed class WalkthroughTests(DialectHost host)
{
    public static TheoryData<string> Pages => [.. Walkthrough.PagesIn("docs/dialects")];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task What_the_page_says_is_so(string page)
    {
        var walkthrough = Walkthrough.Read(page);
        Assert.True(walkthrough.Count > 0);

        await walkthrough.ReplayAsync(host.Client, new() { ["host"] = host.Client.BaseAddress!.ToString().TrimEnd('/'), ["key"] = DialectHost.Key });
    }

    [Theory]
    [InlineData("""{"a":1048576}""", """{"a":7}""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("""{"a":"17"}""", """{"a":"18"}""", true)]
    [InlineData("""{"a":"Finished"}""", """{"a":"Stopped"}""", false)]
    [InlineData("""{"a":true}""", """{"a":false}""", false)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":null}""", """{"a":1}""", false)]
    [InlineData("[1,2]", "[1,2]", true)]
    [InlineData("[1,2]", "[1,3]", false)]
    [InlineData("[1]", "[3,4]", true)]
    [InlineData("[1]", "[]", false)]
    [InlineData("""[1,"x"]""", """[1,"y"]""", false)]
    public void An_answer_is_as_printed_but_for_what_is_generated(string printed, string actual, bool fits) =>
        Assert.Equal(fits, Shape.Difference(System.Text.Json.Nodes.JsonNode.Parse(printed), System.Text.Json.Nodes.JsonNode.Parse(actual)) is null);
}
