using System.Net;
using BatchPlatform.Api.Upstreams;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests.Upstreams;

/// <summary>PUT /v1/upstreams/{namespace}: who may, and what is refused by which name.</summary>
public sealed class UpstreamPutTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Theory]
    [InlineData("read")]
    [InlineData("write read")]
    public async Task Only_admins_define_and_remove_upstreams(string scopes)
    {
        using var client = app.NewClient(await app.AddKeyAsync($"k{scopes.Length}", "default", scopes));
        (await client.PutUpstreamAsync("maps", UpstreamApp.Smallest)).IsProblem(403, "FORBIDDEN");
        (await client.SendAsync(HttpMethod.Delete, "/v1/upstreams/places")).IsProblem(403, "FORBIDDEN");
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, "/v1/upstreams/places")).Status);
        using var nobody = app.NewClient(key: null);
        (await nobody.PutUpstreamAsync("maps", UpstreamApp.Smallest)).IsProblem(401, "UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("""{"colour":"red"}""", "colour")]
    [InlineData("""{"limits":{"per_minute":3}}""", "limits.per_minute")]
    [InlineData("""{"base_url":null}""", "base_url")]
    [InlineData("""{"base_url":"http://user:password@a"}""", "base_url")]
    [InlineData("""{"base_url":"http://a/?key=1"}""", "base_url")]
    [InlineData("""{"namespace":"other"}""", "namespace")]
    [InlineData("""{"timeout_seconds":601}""", "timeout_seconds")]
    [InlineData("""{"timeout_seconds":"5"}""", "timeout_seconds")]
    [InlineData("""{"max_response_bytes":1023}""", "max_response_bytes")]
    [InlineData("""{"headers":{"Host":"b"}}""", "headers.Host")]
    [InlineData("""{"headers":{"Authorization":"Bearer 1"}}""", "headers.Authorization")]
    [InlineData("""{"headers":{"X-A":"a\nb"}}""", "headers.X-A")]
    [InlineData("""{"headers":{"X-A":null}}""", "headers.X-A")]
    [InlineData("""{"auth":{"type":"digest","secret":"s"}}""", "auth.type")]
    [InlineData("""{"auth":{"type":"header"}}""", "auth.secret")]
    [InlineData("""{"auth":{"type":"basic","secret":"a:b"}}""", "auth.secret")]
    [InlineData("""{"auth":{"secret":"s"}}""", "auth.secret")]
    [InlineData("""{"auth":{"type":"header","secret":"s","header":"Connection"}}""", "auth.header")]
    [InlineData("""{"auth":{"type":"oauth2","secret":"s"}}""", "auth.token_url")]
    [InlineData("""{"auth":{"type":"oauth2","secret":"s","token_url":"ftp://a"}}""", "auth.token_url")]
    [InlineData("""{"auth":{"type":"basic","secret":"s","scope":"a"}}""", "auth.scope")]
    [InlineData("""{"limits":{"burst":3}}""", "limits.burst")]
    [InlineData("""{"limits":{"requests_per_second":1,"burst":100001}}""", "limits.burst")]
    [InlineData("""{"retry":{"base_seconds":-1}}""", "retry.base_seconds")]
    [InlineData("""{"actions":{}}""", "actions")]
    [InlineData("""{"actions":{"a":null}}""", "actions.a")]
    [InlineData("""{"actions":{"":{}}}""", "actions.")]
    [InlineData("""{"actions":{"a":{"method":"HEAD"}}}""", "actions.a.method")]
    [InlineData("""{"actions":{"a":{"path":"a"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/a?b=c"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/a#b"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/a/../b"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/a/%2E%2e/b"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/a\\b"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/{a"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/a}"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/{}"}}}""", "actions.a.path")]
    [InlineData("""{"actions":{"a":{"path":"/{id}","params":{"id":"query"}}}}""", "actions.a.params.id")]
    [InlineData("""{"actions":{"a":{"path":"/","params":{"id":"path"}}}}""", "actions.a.params.id")]
    [InlineData("""{"actions":{"a":{"params":{"p":null}}}}""", "actions.a.params.p")]
    [InlineData("""{"actions":{"a":{"params":{"Host":"header"}}}}""", "actions.a.params.Host")]
    [InlineData("""{"actions":{"a":{"params":{"transfer-encoding":"header"}}}}""", "actions.a.params.transfer-encoding")]
    [InlineData("""{"actions":{"a":{"params":{"Authorization":"header"}}}}""", "actions.a.params.Authorization")]
    [InlineData("""{"auth":{"type":"header","secret":"s","header":"X-Key"},"actions":{"a":{"params":{"x-key":"header"}}}}""", "actions.a.params.x-key")]
    [InlineData("""{"actions":{"a":{"body":"none","params":{"p":"body"}}}}""", "actions.a.params.p")]
    [InlineData("""{"actions":{"a":{"method":"GET","params":{"p":"body"}}}}""", "actions.a.params.p")]
    [InlineData("""{"actions":{"a":{"success":{"statuses":[]}}}}""", "actions.a.success.statuses")]
    [InlineData("""{"actions":{"a":{"success":{"statuses":[null]}}}}""", "actions.a.success.statuses")]
    [InlineData("""{"actions":{"a":{"success":{"member":"status"}}}}""", "actions.a.success.member")]
    [InlineData("""{"actions":{"a":{"success":{"member":"/a~2"}}}}""", "actions.a.success.member")]
    [InlineData("""{"actions":{"a":{"success":{"value":1}}}}""", "actions.a.success.value")]
    [InlineData("""{"actions":{"a":{"limits":{"burst":1}}}}""", "actions.a.limits.burst")]
    [InlineData("""{"actions":{"a":{"retry":{"attempts":0}}}}""", "actions.a.retry.attempts")]
    [InlineData("""{"actions":{"a":{"schema":7}}}""", "actions.a.schema")]
    [InlineData("""{"actions":{"a":{"schema":{"type":"text"}}}}""", "actions.a.schema.type")]
    [InlineData("""{"actions":{"a":{"schema":{"properties":{"n":{"pattern":"(?=a)"}}}}}}""", "actions.a.schema.properties.n.pattern")]
    [InlineData("""{"actions":{"a":{"schema":{"$ref":"#/schemas/None"}}}}""", "actions.a.schema.$ref")]
    [InlineData("""{"actions":{"a":{"schema":{"$ref":"https://example.org/schema"}}}}""", "actions.a.schema.$ref")]
    [InlineData("""{"schemas":{"Name":{"minLength":-1}}}""", "schemas.Name.minLength")]
    [InlineData("""{"openapi":7}""", "openapi")]
    [InlineData("""{"openapi":"http://127.0.0.1/openapi.json"}""", "openapi")]
    [InlineData("""{"openapi":"https://127.0.0.1/openapi.json"}""", "openapi")]
    [InlineData("""{"openapi":"swagger: '2.0'\n"}""", "openapi")]
    [InlineData("""{"openapi":{"openapi":"3.1.0","paths":{}},"actions":{}}""", "actions")]
    public async Task A_definition_that_cannot_be_used_is_told_by_field_and_changes_nothing(string changes, string field)
    {
        var reply = await app.Client.PutUpstreamAsync("refused", UpstreamApp.With(changes));
        reply.IsProblem(422, "INVALID_UPSTREAM");
        Assert.Contains(field, reply.Fields);
        Assert.False(await app.ReadAsync(db => db.Upstreams.AnyAsync(row => row.Namespace == "refused")));
    }

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        var reply = await app.Client.PutUpstreamAsync("refused", """{"base_url":"a","timeout_seconds":0,"actions":{"a":{"method":"X"}}}""");
        Assert.Equal(["base_url", "timeout_seconds", "actions.a.method"], reply.Fields);
    }

    [Theory]
    [InlineData("", "application/json", 400, "INVALID_JSON")]
    [InlineData("[]", "application/json", 400, "INVALID_JSON")]
    [InlineData("{\"a\":", "application/json", 400, "INVALID_JSON")]
    [InlineData("{\"headers\":{\"\\ud800\":\"a\"}}", "application/json", 400, "INVALID_JSON")]
    [InlineData("{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE")]
    [InlineData("{\"base_url\":\"http://a\",\"base_url\":\"http://b\"}", "application/json", 422, "INVALID_UPSTREAM")]
    public async Task A_body_that_is_no_definition_is_refused(string body, string type, int status, string code) =>
        (await app.Client.SendAsync(HttpMethod.Put, "/v1/upstreams/refused", Http.Text(body, type))).IsProblem(status, code);

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        var reply = await app.Client.PutUpstreamAsync("refused", $$"""{"openapi":"{{new string('x', 17 * 1024 * 1024)}}"}""");
        reply.IsProblem(413, "BODY_TOO_LARGE");
    }

    [Fact]
    public async Task Every_member_of_the_shape_is_kept()
    {
        const string full = """
            {"base_url":"https://api.example.org/v2","headers":{"X-Team":"data"},"auth":{"type":"oauth2","secret":"maps","token_url":"https://id.example.org/token","scope":"a b"},
             "timeout_seconds":2.5,"max_response_bytes":4096,"limits":{"requests_per_second":12.5,"burst":20,"concurrency":7},
             "retry":{"attempts":5,"base_seconds":0.25,"cap_seconds":9,"statuses":[429,503]},"schemas":{"Id":{"type":"integer"}},
             "actions":{"get":{"method":"GET","path":"/{id}.json","params":{"id":"path","lang":"query","X-Trace":"header"},"body":"none",
               "success":{"statuses":["200-299","404"],"member":"/ok","value":true},"delivery":"at_most_once",
               "limits":{"concurrency":1},"retry":{"attempts":1},"schema":{"properties":{"id":{"$ref":"#/schemas/Id"}}}}}}
            """;
        Assert.Equal(HttpStatusCode.OK, (await app.Client.PutUpstreamAsync("full", full)).Status);
        var known = await app.Client.UpstreamAsync("full");
        Assert.All(Http.Json(full).AsObject(), member => Contains(known[member.Key]!, member.Value!));
        Assert.Equal("full", (string)known["namespace"]!);
    }

    [Fact]
    public void Workers_get_no_schemas()
    {
        var upstream = new Contracts.Upstream
        {
            Schemas = new Dictionary<string, System.Text.Json.JsonElement> { ["Id"] = default },
            Actions = new Dictionary<string, Contracts.UpstreamAction> { ["get"] = new() { Schema = default(System.Text.Json.JsonElement) } },
        };
        Assert.Empty(upstream.WithoutSchemas().Schemas);
        Assert.Null(upstream.WithoutSchemas().Actions["get"].Schema);
    }

    [Fact]
    public void A_definition_that_would_not_fit_a_message_is_refused()
    {
        var actions = Enumerable.Range(0, 10_000).ToDictionary(i => $"action {i}", i => new Contracts.UpstreamAction { Path = $"/{new string('a', 200)}" });
        var faults = UpstreamRules.Faults(new Contracts.Upstream { Namespace = "large", BaseUrl = "http://a", Actions = actions });
        Assert.Equal(["actions"], faults.Select(fault => fault.Field));
    }

    private static void Contains(System.Text.Json.Nodes.JsonNode whole, System.Text.Json.Nodes.JsonNode part)
    {
        if (part is System.Text.Json.Nodes.JsonObject members)
        {
            Assert.All(members, member => Contains(whole[member.Key]!, member.Value!));
        }
        else
        {
            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(whole, part), $"{whole} is not {part}");
        }
    }
}
