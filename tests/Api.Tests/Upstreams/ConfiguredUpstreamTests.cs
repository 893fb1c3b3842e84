using System.Net;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

public sealed class ConfiguredUpstreamTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public void Every_member_of_the_shape_binds()
    {
        var upstream = Single("""
            {"base_url":"https://api.example.org/v2","timeout_seconds":2.5,"max_response_bytes":4096,"headers":{"X-Team":"data"},
             "limits":{"requests_per_second":12.5,"concurrency":7},
             "retry":{"attempts":5,"base_seconds":0.25,"cap_seconds":9,"statuses":[429,503]},
             "actions":{"get/place":{"method":"GET","path":"/places/{id}","params":{"id":"path","lang":"query"},"body":"none",
               "success":{"statuses":["200-299","404"]},"delivery":"at_most_once"},"put":{}}}
            """);
        Assert.Equal(("event", "https://api.example.org/v2", 2.5, 4096), (upstream.Namespace, upstream.BaseUrl, upstream.TimeoutSeconds, upstream.MaxResponseBytes));
        Assert.Equal("data", upstream.Headers["X-Team"]);
        Assert.Equal(new UpstreamLimits { RequestsPerSecond = 12.5, Concurrency = 7 }, upstream.Limits);
        Assert.Equal((5, 0.25, 9d), (upstream.Retry.Attempts, upstream.Retry.BaseSeconds, upstream.Retry.CapSeconds));
        Assert.Equal([429, 503], upstream.Retry.Statuses);
        var action = upstream.Actions["get/place"];
        Assert.Equal(("GET", "/places/{id}", "none", "at_most_once"), (action.Method, action.Path, action.Body, action.Delivery));
        Assert.Equal(["200-299", "404"], action.Success.Statuses);
        Assert.Equal(("path", "query"), (action.Params["id"], action.Params["lang"]));
    }

    [Fact]
    public void What_is_left_out_has_its_default_and_an_empty_list_stays_empty()
    {
        var upstream = Single("""{"base_url":"http://a","retry":{"statuses":[]},"headers":{},"actions":{"a":{"method":"POST"}}}""");
        Assert.Equal((30d, 64), (upstream.TimeoutSeconds, upstream.Limits.Concurrency));
        Assert.Empty(upstream.Retry.Statuses);
        Assert.Equal("json", upstream.Actions["a"].Body);
    }

    [Theory]
    [InlineData("""{"base_url":"places.example.org"}""", "base_url")]
    [InlineData("""{"base_url":"ftp://a"}""", "base_url")]
    [InlineData("""{"base_url":"http://a?b=c"}""", "base_url")]
    [InlineData("""{"timeout_seconds":0}""", "timeout_seconds")]
    [InlineData("""{"timeout_seconds":"soon"}""", "timeout_seconds")]
    [InlineData("""{"timeout_seconds":"NaN"}""", "timeout_seconds")]
    [InlineData("""{"max_response_bytes":9999999}""", "max_response_bytes")]
    [InlineData("""{"limits":{"concurrency":0}}""", "limits.concurrency")]
    [InlineData("""{"limits":{"requests_per_second":-1}}""", "limits.requests_per_second")]
    [InlineData("""{"limits":{"burst":3}}""", "limits.burst")]
    [InlineData("""{"colour":"red"}""", "colour")]
    [InlineData("""{"headers":{"a b":"c"}}""", "headers.a b")]
    [InlineData("""{"retry":{"attempts":21}}""", "retry.attempts")]
    [InlineData("""{"retry":{"statuses":[42]}}""", "retry.statuses")]
    [InlineData("""{"actions":{"a":{"method":"FETCH"}}}""", "actions.a.method")]
    [InlineData("""{"actions":{"a":{"path":"places"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"params":{"p":"cookie"}}}}""", "actions.a.params.p")]
    [InlineData("""{"actions":{"a":{"success":{"statuses":["299-200"]}}}}""", "actions.a.success.statuses")]
    [InlineData("""{"actions":{"a":{"delivery":"never"}}}""", "actions.a.delivery")]
    public void A_definition_that_cannot_be_used_is_told_by_field(string part, string field)
    {
        var definition = Http.Json("""{"base_url":"http://a","actions":{"a":{"method":"GET"}}}""").AsObject();
        foreach (var (member, value) in Http.Json(part).AsObject())
        {
            definition[member] = value?.DeepClone();
        }

        var error = Assert.Throws<InvalidOperationException>(() => Single(definition.ToJsonString()));
        Assert.Contains("'event'", error.Message);
        Assert.Contains(field, error.Message);
    }

    [Fact]
    public void A_schema_and_a_wanted_value_are_written_as_text_that_holds_json()
    {
        var upstream = Single("""
            {"base_url":"http://a","schemas":{"Name":"{\"type\":\"string\",\"minLength\":2}"},
             "actions":{"a":{"success":{"member":"/ok","value":"true"},"schema":"{\"properties\":{\"name\":{\"$ref\":\"#/schemas/Name\"}}}"}}}
            """);
        Assert.Equal(2, upstream.Schemas["Name"].GetProperty("minLength").GetInt32());
        Assert.True(upstream.Actions["a"].Success.Value!.Value.GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Object, upstream.Actions["a"].Schema!.Value.ValueKind);
        Assert.Contains("actions.a.schema", Assert.Throws<InvalidOperationException>(() => Single("""{"base_url":"http://a","actions":{"a":{"schema":"no json"}}}""")).Message);
    }

    [Fact]
    public async Task A_bad_definition_stops_the_start()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ApiApp.StartAsync(new() { ["Upstreams:places:timeout_seconds"] = "601" }));
        Assert.Contains("timeout_seconds", error.Message);
    }

    [Fact]
    public async Task Upstreams_are_shown_in_the_shape_they_are_written_in()
    {
        var list = await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams");
        Assert.Equal(["bench", "places"], list.Body!["items"]!.AsArray().Select(item => (string)item!["namespace"]!).Where(ns => ns is "bench" or "places"));
        var one = await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams/places");
        Assert.Equal(("http://127.0.0.1:9/places", 1), ((string)one.Body!["base_url"]!, (int)one.Body["version"]!));
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams/nowhere")).IsProblem(404, "NOT_FOUND");
    }

    private static Upstream Single(string definition)
    {
        using var json = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$$"""{"Upstreams":{"event":{{{definition}}}}}"""));
        return ConfiguredUpstreams.Read(new ConfigurationBuilder().AddJsonStream(json).Build()).Single();
    }
}
