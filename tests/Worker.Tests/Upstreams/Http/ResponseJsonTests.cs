using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

public sealed class ResponseJsonTests
{
    [Theory]
    [InlineData("application/json", """{"a": 1.50}""")]
    [InlineData("application/json; charset=utf-8", "null")]
    [InlineData("application/problem+json", """{"a":"é"}""")]
    [InlineData("text/json", "[1]")]
    public void JSON_stays_as_it_came(string type, string text) => Assert.Equal(text, Of(type, text));

    [Fact]
    public void JSON_over_many_lines_is_kept_on_one() =>
        Assert.Equal("""{   "a": "x\ny"  }""", Of("application/json", "{\r\n \"a\": \"x\\ny\"\n }"));

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_JSON() => Assert.Equal("[1]", Of("application/json", "\uFEFF[1]"));

    [Theory]
    [InlineData("text/plain", "hello \"you\"\n", "\"hello \\\"you\\\"\\n\"")]
    [InlineData("text/html", "<b>é</b>", "\"<b>é</b>\"")]
    [InlineData(null, "[1]", "\"[1]\"")]
    [InlineData("application/json", "{oops", "\"{oops\"")]
    [InlineData("application/json", "[1] [2]", "\"[1] [2]\"")]
    [InlineData("text/plain", "a\0b", "\"a\\u0000b\"")]
    public void Other_text_becomes_a_JSON_string(string? type, string text, string json) => Assert.Equal(json, Of(type, text));

    [Fact]
    public void JSON_deeper_than_64_levels_is_kept_as_a_string()
    {
        var deep = new string('[', 65) + new string(']', 65);

        Assert.Equal($"\"{deep}\"", Of("application/json", deep));
    }

    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("application/json", "application/json")]
    [InlineData(null, "application/octet-stream")]
    public void What_is_no_text_becomes_base64_with_its_type(string? type, string expected)
    {
        byte[] bytes = [0x89, 0x50, 0x4E, 0x47, 0xFF, 0x00];

        using var json = JsonDocument.Parse(ResponseJson.Of(bytes, Headers(type)).Json);

        Assert.Equal(expected, json.RootElement.GetProperty("content_type").GetString());
        Assert.Equal(bytes, json.RootElement.GetProperty("base64").GetBytesFromBase64());
    }

    [Fact]
    public void Nothing_stays_nothing() => Assert.Empty(Of("application/json", ""));

    [Theory]
    [InlineData("application/json", "", AnswerKind.Nothing)]
    [InlineData("application/json", "[1]", AnswerKind.Json)]
    [InlineData("application/json", "[1", AnswerKind.BrokenJson)]
    [InlineData("application/json", "<html>", AnswerKind.BrokenJson)]
    [InlineData("text/html", "[1]", AnswerKind.Text)]
    public void What_it_was_is_told(string type, string text, object kind) =>
        Assert.Equal(kind, ResponseJson.Of(Encoding.UTF8.GetBytes(text), Headers(type)).Kind);

    [Fact]
    public void Deep_JSON_is_not_called_broken()
    {
        var deep = Encoding.UTF8.GetBytes(new string('[', 10_000) + new string(']', 10_000));

        Assert.Equal(AnswerKind.Text, ResponseJson.Of(deep, Headers("application/json")).Kind);
    }

    [Fact]
    public void Text_that_would_grow_beyond_a_report_as_a_string_is_kept_as_base64()
    {
        var text = new byte[1024 * 1024];

        using var json = JsonDocument.Parse(ResponseJson.Of(text, Headers("text/plain")).Json);

        Assert.Equal(text, json.RootElement.GetProperty("base64").GetBytesFromBase64());
    }

    private static string Of(string? type, string text) =>
        Encoding.UTF8.GetString(ResponseJson.Of(Encoding.UTF8.GetBytes(text), Headers(type)).Json.Span);

    private static HttpContentHeaders Headers(string? type)
    {
        var headers = new ByteArrayContent([]).Headers;
        if (type is not null)
        {
            headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        return headers;
    }
}
