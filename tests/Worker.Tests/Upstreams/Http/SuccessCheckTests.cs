using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

public sealed class SuccessCheckTests
{
    [Theory]
    [InlineData("/ok", null, """{"ok":true}""", true)]
    [InlineData("/ok", null, """{"ok":0}""", true)]
    [InlineData("/ok", null, """{"ok":""}""", true)]
    [InlineData("/ok", null, """{"ok":false}""", false)]
    [InlineData("/ok", null, """{"ok":null}""", false)]
    [InlineData("/ok", null, """{"no":1}""", false)]
    [InlineData("/ok", "null", """{"ok":1}""", true)]
    [InlineData("/ok", null, "[1]", false)]
    [InlineData("/status", "\"done\"", """{"status":"done"}""", true)]
    [InlineData("/status", "\"done\"", """{"status":"d\u006fne"}""", true)]
    [InlineData("/status", "\"done\"", """{"status":"Done"}""", false)]
    [InlineData("/status", "\"1\"", """{"status":1}""", false)]
    [InlineData("/status", "1", """{"status":1.0}""", true)]
    [InlineData("/error", "false", """{"error":false}""", true)]
    [InlineData("/a/b", "{\"x\":[1,2]}", """{"a":{"b":{"x":[1, 2]}}}""", true)]
    [InlineData("/items/1/id", "7", """{"items":[{"id":6},{"id":7}]}""", true)]
    [InlineData("/items/01/id", "7", """{"items":[{"id":6},{"id":7}]}""", false)]
    [InlineData("/items/9", null, """{"items":[]}""", false)]
    [InlineData("/a~1b/m~0n", null, """{"a/b":{"m~n":1}}""", true)]
    [InlineData("", "true", "true", true)]
    public void A_member_decides_whether_an_answer_is_a_success(string member, string? value, string json, bool success) =>
        Assert.Equal(success ? null : ErrorCodes.SuccessRuleUnmet, FaultOf(Rule(member, value), "application/json", json));

    [Theory]
    [InlineData("text/html", "<html>")]
    [InlineData("text/plain", """{"ok":true}""")]
    [InlineData("application/json", "{oops")]
    [InlineData("application/json", "")]
    public void Where_a_member_decides_an_answer_that_is_no_JSON_is_none(string type, string text) =>
        Assert.Equal(ErrorCodes.ResponseNotJson, FaultOf(Rule("/ok", null), type, text));

    [Theory]
    [InlineData(500, ErrorCodes.UpstreamStatus)]
    [InlineData(304, ErrorCodes.UpstreamStatus)]
    [InlineData(308, ErrorCodes.UpstreamRedirect)]
    public void The_status_counts_first(int status, string code) =>
        Assert.Equal(code, FaultOf(Rule("/ok", null), "application/json", """{"ok":true}""", status));

    [Theory]
    [InlineData("")]
    [InlineData("text/html")]
    public void Without_a_member_any_type_will_do(string type) => Assert.Null(FaultOf(new SuccessRule(), type, "hello"));

    [Fact]
    public void A_pointer_begins_with_a_slash() => Assert.Throws<FormatException>(() => new SuccessCheck(Rule("ok", null)));

    private static SuccessRule Rule(string member, string? value) =>
        new() { Member = member, Value = value is null ? null : JsonSerializer.Deserialize<JsonElement>(value) };

    private static string? FaultOf(SuccessRule rule, string type, string text, int status = 200)
    {
        var headers = new ByteArrayContent([]).Headers;
        headers.ContentType = type.Length > 0 ? MediaTypeHeaderValue.Parse(type) : null;
        return new SuccessCheck(rule).FaultOf(status, ResponseJson.Of(Encoding.UTF8.GetBytes(text), headers))?.Code;
    }
}
