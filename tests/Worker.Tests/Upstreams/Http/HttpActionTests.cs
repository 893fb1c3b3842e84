using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

public sealed class HttpActionTests
{
    private const string Base = "https://api.example.com/v2";

    [Fact]
    public async Task Params_go_out_as_the_bytes_they_came_as_when_none_is_named_elsewhere()
    {
        const string Params = """{ "b" : 1.0, "a":"\u00e9" }""";

        using var request = Request(new UpstreamAction { Path = "/things" }, Params);

        Assert.Equal((HttpMethod.Post, $"{Base}/things"), (request.Method, request.RequestUri!.AbsoluteUri));
        Assert.Equal(Params, await request.Content!.ReadAsStringAsync());
        Assert.Equal("application/json", request.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Each_param_goes_where_the_action_says_and_the_rest_into_the_body()
    {
        var action = new UpstreamAction
        {
            Method = "PUT",
            Path = "things/{id}",
            Params = new Dictionary<string, string> { ["id"] = "path", ["page"] = "query", ["X-Who"] = "header", ["note"] = "body" },
        };

        using var request = Request(action, """{"id":7,"page":2,"X-Who":"me","note":null,"rest":[1,{"a":1e5}]}""");

        Assert.Equal((HttpMethod.Put, $"{Base}/things/7?page=2"), (request.Method, request.RequestUri!.AbsoluteUri));
        Assert.Equal("me", request.Headers.GetValues("X-Who").Single());
        Assert.Equal("""{"note":null,"rest":[1,{"a":1e5}]}""", await request.Content!.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "json")]
    [InlineData("DELETE", "none")]
    public void Without_a_body_params_go_to_the_query(string method, string body)
    {
        using var request = Request(
            new UpstreamAction { Method = method, Path = "/find?kind=all", Body = body },
            """{"q":"a&b=c d","tags":["x","y"],"deep":true,"none":null}""");

        Assert.Equal($"{Base}/find?kind=all&q=a%26b%3Dc%20d&tags=x&tags=y&deep=true", request.RequestUri!.AbsoluteUri);
        Assert.Null(request.Content);
    }

    [Fact]
    public async Task A_form_body_holds_the_rest_of_the_params()
    {
        using var request = Request(new UpstreamAction { Body = "form" }, """{"name":"a&b","tags":["x","y"],"none":null}""");

        Assert.Equal("name=a%26b&tags=x&tags=y", await request.Content!.ReadAsStringAsync());
        Assert.Equal("application/x-www-form-urlencoded", request.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public void The_definitions_headers_go_with_every_call()
    {
        var headers = new Dictionary<string, string> { ["X-Team"] = "red", ["Content-Type"] = "application/vnd.api+json" };
        using var request = new HttpAction(Given.Upstream(Base) with { Headers = headers }, "call", new UpstreamAction()).CreateRequest("{}"u8.ToArray());

        Assert.Equal("red", request.Headers.GetValues("X-Team").Single());
        Assert.Equal("application/vnd.api+json", request.Content!.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("../x", "..%2Fx")]
    [InlineData("x?y#z", "x%3Fy%23z")]
    [InlineData("@evil.com", "%40evil.com")]
    [InlineData("%2e%2e", "%252e%252e")]
    [InlineData("\\\\evil.com\\x", "%5C%5Cevil.com%5Cx")]
    [InlineData("é ", "%C3%A9%20")]
    public void A_param_in_the_path_stays_one_segment_of_it(string value, string segment)
    {
        using var request = Request(new UpstreamAction { Path = "/things/{id}/notes" }, $$"""{"id":{{System.Text.Json.JsonSerializer.Serialize(value)}}}""");

        Assert.Equal($"{Base}/things/{segment}/notes", request.RequestUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData("""{"id":"."}""")]
    [InlineData("""{"id":".."}""")]
    [InlineData("""{"id":""}""")]
    [InlineData("""{"id":null}""")]
    [InlineData("""{"id":[1]}""")]
    [InlineData("""{"id":{"a":1}}""")]
    [InlineData("""{"id":"\ud800"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_param_that_would_change_the_shape_of_the_path_does_not_fit(string json) =>
        Assert.Throws<ParamsException>(() => Request(new UpstreamAction { Path = "/things/{id}" }, json));

    [Fact]
    public void Params_that_make_a_dot_segment_together_do_not_fit() =>
        Assert.Throws<ParamsException>(() => Request(new UpstreamAction { Path = "/things/{a}{b}/x" }, """{"a":".","b":"."}"""));

    [Fact]
    public void A_path_that_gets_too_long_does_not_fit() =>
        Assert.Throws<ParamsException>(() => Request(new UpstreamAction { Path = "/things/{id}" }, $$"""{"id":"{{new string('x', 20_000)}}"}"""));

    [Theory]
    [InlineData("""{"X-Who":"a\r\nX-Admin: 1"}""")]
    [InlineData("""{"X-Who":"a\nb"}""")]
    [InlineData("""{"X-Who":"é"}""")]
    [InlineData("""{"X-Who":["a"]}""")]
    public void A_param_that_no_header_can_hold_does_not_fit(string json)
    {
        var action = new UpstreamAction { Params = new Dictionary<string, string> { ["X-Who"] = "header" } };

        var error = Assert.Throws<ParamsException>(() => Request(action, json));

        Assert.Contains("X-Who", error.Message);
        Assert.DoesNotContain("Admin", error.Message);
    }

    [Theory]
    [InlineData("""{"q":{"a":1}}""")]
    [InlineData("""{"q":[[1]]}""")]
    public void An_object_fits_neither_query_nor_form(string json)
    {
        Assert.Throws<ParamsException>(() => Request(new UpstreamAction { Method = "GET" }, json));
        Assert.Throws<ParamsException>(() => Request(new UpstreamAction { Body = "form" }, json));
    }

    public static TheoryData<string, Upstream> Unusable => new()
    {
        { "no address", Given.Upstream("api.example.com") },
        { "another scheme", Given.Upstream("file:///etc/passwd") },
        { "a query in the address", Given.Upstream($"{Base}?key=1") },
        { "a user in the address", Given.Upstream("https://me@api.example.com") },
        { "a method that is none", Given.Upstream(Base, new UpstreamAction { Method = "CONNECT" }) },
        { "a body that is none", Given.Upstream(Base, new UpstreamAction { Body = "xml" }) },
        { "a place that is none", Given.Upstream(Base, new UpstreamAction { Params = Param("a", "cookie") }) },
        { "a path param that is not in the path", Given.Upstream(Base, new UpstreamAction { Params = Param("a", "path") }) },
        { "a body param without a body", Given.Upstream(Base, new UpstreamAction { Method = "GET", Params = Param("a", "body") }) },
        { "a reserved header", Given.Upstream(Base, new UpstreamAction { Params = Param("host", "header") }) },
        { "a name that no header has", Given.Upstream(Base, new UpstreamAction { Params = Param("a b", "header") }) },
        { "a header with a line break", Given.Upstream(Base) with { Headers = Param("X-A", "1\r\nX-B: 2") } },
        { "an open brace", Given.Upstream(Base, new UpstreamAction { Path = "/a/{b" }) },
        { "a closing brace", Given.Upstream(Base, new UpstreamAction { Path = "/a/b}" }) },
        { "a nested brace", Given.Upstream(Base, new UpstreamAction { Path = "/a/{b{c}}" }) },
        { "an empty name", Given.Upstream(Base, new UpstreamAction { Path = "/a/{}" }) },
        { "half an escape", Given.Upstream(Base, new UpstreamAction { Path = "/a/%2{b}" }) },
        { "a blank", Given.Upstream(Base, new UpstreamAction { Path = "/a b" }) },
        { "a backslash", Given.Upstream(Base, new UpstreamAction { Path = "/a\\b" }) },
        { "a header of the connection", Given.Upstream(Base) with { Headers = Param("Expect", "100-continue") } },
        { "a fragment", Given.Upstream(Base, new UpstreamAction { Path = "/a#b" }) },
        { "a success rule of no status", Given.Upstream(Base, new UpstreamAction { Success = new SuccessRule { Statuses = ["ok"] } }) },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_definition_that_cannot_be_called_says_so(string what, Upstream definition) =>
        Assert.True(Record.Exception(() => new HttpExecutor(definition, credential: null, TimeProvider.System)) is FormatException, what);

    private static Dictionary<string, string> Param(string name, string value) => new() { [name] = value };

    private static HttpRequestMessage Request(UpstreamAction action, string json) =>
        new HttpAction(Given.Upstream(Base), "call", action).CreateRequest(Encoding.UTF8.GetBytes(json));
}
