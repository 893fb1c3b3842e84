using System.Text;
using System.Text.Json;
using BatchPlatform.Api.Imports;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Tests.Imports;

/// <summary>What becomes of an OpenAPI document, as actions that jobs name.</summary>
public sealed class OpenApiImportTests
{
    private const string Things = """
        openapi: 3.0.3
        servers: [{url: 'https://{region}.example.org/v1/', variables: {region: {default: eu}}}]
        paths:
          /things/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
            get:
              operationId: getThing
              parameters:
                - {name: deep, in: query, schema: {type: boolean}}
                - {name: X-Trace, in: header, schema: {type: string}}
                - {name: Authorization, in: header, required: true, schema: {type: string}}
                - {name: session, in: cookie, required: true, schema: {type: string}}
            put:
              requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
            patch:
              operationId: patchThing
              requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
          /upload:
            post: {requestBody: {required: true, content: {image/png: {}}}}
          /list:
            post: {requestBody: {required: true, content: {application/json: {schema: {type: array, items: {}}}}}}
          /elsewhere:
            get: {servers: [{url: 'https://other.example.org'}]}
          /a#b:
            get: {}
        components:
          schemas:
            Thing:
              type: object
              additionalProperties: false
              required: [name, created]
              properties:
                name: {type: string, nullable: true, maxLength: 3, description: what it is called}
                created: {type: string, readOnly: true}
                size: {type: number, minimum: 0, exclusiveMinimum: true}
                parent: {$ref: '#/components/schemas/Thing'}
                code: {type: string, pattern: '^(?=a)'}
        """;

    private static readonly ImportedDocument Imported = Read(Things);
    private static readonly KnownUpstream Known = Know(Imported);

    [Fact]
    public void Operations_become_actions_of_their_own_name_or_one_made_of_method_and_path()
    {
        Assert.Equal("https://eu.example.org/v1", Imported.BaseUrl);
        Assert.Equal(["getThing", "patchThing", "put_things_id"], Imported.Actions.Keys.Order());
        var get = Imported.Actions["getThing"];
        Assert.Equal(("GET", "/things/{id}", "none"), (get.Method, get.Path, get.Body));
        Assert.Equal([("X-Trace", "header"), ("deep", "query"), ("id", "path")], get.Params.Select(param => (param.Key, param.Value)).OrderBy(param => param.Key, StringComparer.Ordinal));
        Assert.Equal(("json", "form"), (Imported.Actions["put_things_id"].Body, Imported.Actions["patchThing"].Body));
    }

    [Fact]
    public void What_no_job_can_send_is_told()
    {
        foreach (var part in new[] { "POST /upload", "POST /list", "GET /elsewhere", "GET /a#b", "'session'", "pattern" })
        {
            Assert.Contains(Imported.Notes, note => note.Contains(part));
        }

        Assert.Equal(6, Imported.Notes.Count);
    }

    [Theory]
    [InlineData("getThing", """{"id":1,"deep":true}""")]
    [InlineData("getThing", """{"id":"12","deep":"false"}""")]
    [InlineData("put_things_id", """{"id":1,"name":null,"size":0.1,"parent":{"name":"abc"}}""")]
    [InlineData("put_things_id", """{"id":1,"name":"a","code":"b"}""")]
    [InlineData("patchThing", """{"id":1}""")]
    [InlineData("patchThing", """{"id":1,"name":"a"}""")]
    public void Params_that_the_document_allows_fit(string action, string @params) => Assert.Null(FaultOf(action, @params));

    [Theory]
    [InlineData("getThing", "{}", ".id")]
    [InlineData("getThing", """{"id":0}""", ".id")]
    [InlineData("getThing", """{"id":"x"}""", ".id")]
    [InlineData("getThing", """{"id":1,"deep":"maybe"}""", ".deep")]
    [InlineData("put_things_id", """{"id":1}""", ".name")]
    [InlineData("put_things_id", """{"id":1,"name":"abcd"}""", ".name")]
    [InlineData("put_things_id", """{"id":1,"name":"a","size":0}""", ".size")]
    [InlineData("put_things_id", """{"id":1,"name":"a","other":1}""", ".other")]
    [InlineData("put_things_id", """{"id":1,"name":"a","parent":{"name":"abcd"}}""", ".parent.name")]
    [InlineData("patchThing", """{"id":1,"title":"a"}""", ".name")]
    public void Params_that_it_forbids_do_not(string action, string @params, string path) => Assert.Equal(path, FaultOf(action, @params)?.Path);

    [Fact]
    public void Only_what_can_be_checked_is_kept_of_a_schema()
    {
        var thing = Imported.Schemas["Thing"].ToString();
        Assert.DoesNotContain("description", thing);
        Assert.DoesNotContain("(?=a)", thing);
        Assert.Contains("#/schemas/Thing", thing);
        Assert.Equal(["Thing"], Imported.Schemas.Keys);
    }

    [Theory]
    [InlineData("""{"openapi":"3.1.0","servers":[{"url":"/v2"}],"paths":{"/a":{"get":{}}}}""", "https://docs.example.org/v2")]
    [InlineData("""{"openapi":"3.1.0","paths":{"/a":{"get":{}}}}""", "https://docs.example.org")]
    [InlineData("""{"openapi":"3.1.0","paths":{"/a":{"servers":[{"url":"https://a.example.org/"}],"get":{}}}}""", "https://a.example.org")]
    public void The_base_address_comes_from_the_servers(string document, string baseUrl) =>
        Assert.Equal((baseUrl, 1), (Read(document).BaseUrl, Read(document).Actions.Count));

    [Fact]
    public void Operations_of_one_name_are_told_apart()
    {
        var document = Read("""{"openapi":"3.1.0","paths":{"/a":{"get":{"operationId":"x"},"post":{"operationId":"x"}},"/b-c/{d}.json":{"get":{}}}}""");
        Assert.Equal(["x", "x_2", "get_b_c_d_json"], document.Actions.Keys);
    }

    [Fact]
    public void References_out_of_the_document_and_in_circles_are_survived()
    {
        var document = Read("""
            {"openapi":"3.1.0","paths":{
              "/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"other.json#/A"}}}},"parameters":[{"$ref":"#/components/parameters/Circle"}]}},
              "/b":{"$ref":"#/paths/~1b"},
              "/c":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"allOf":[{"$ref":"#/components/schemas/A"},{"type":"object","properties":{"b":{"$ref":"#/components/schemas/A/properties/a"}}}]}}}}}}},
             "components":{"parameters":{"Circle":{"$ref":"#/components/parameters/Circle"}},
               "schemas":{"A":{"type":"object","properties":{"a":{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}}}}}}
            """);
        Assert.Contains(document.Notes, note => note.StartsWith("other.json#/A", StringComparison.Ordinal));
        Assert.Null(Know(document).Action("post_c")!.FaultOf("""{"a":{"a":null},"b":null}"""u8.ToArray()));
        Assert.Equal(".b", Know(document).Action("post_c")!.FaultOf("""{"b":1}"""u8.ToArray())?.Path[..2]);
    }

    [Theory]
    [InlineData("galaxy-3.1.yaml", "https://galaxy.scalar.com", 9, "getPlanet", """{"planetId":1}""", """{"planetId":"one"}""")]
    [InlineData("petstore-3.0.json", "http://petstore.swagger.io/v2", 18, "addPet", """{"name":"Rex","photoUrls":[]}""", """{"name":"Rex"}""")]
    public void Documents_of_others_become_usable_definitions(string file, string baseUrl, int actions, string action, string fits, string doesNot)
    {
        var imported = Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Imports", "Documents", file)));
        Assert.Equal((baseUrl, actions), (imported.BaseUrl, imported.Actions.Count));
        var known = Know(imported);
        Assert.Null(known.Action(action)!.FaultOf(Encoding.UTF8.GetBytes(fits)));
        Assert.NotNull(known.Action(action)!.FaultOf(Encoding.UTF8.GetBytes(doesNot)));
    }

    [Fact]
    public void Branches_that_share_branches_are_not_followed_without_end()
    {
        var text = new StringBuilder("openapi: 3.1.0\npaths:\n  /{id}:\n    post:\n      parameters: [{name: id, in: path}]\n");
        text.Append("      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}\ncomponents:\n  schemas:\n");
        for (var i = 0; i < 15; i++)
        {
            text.Append($"    S{i}:\n      anyOf:\n").Insert(text.Length, $"        - $ref: '#/components/schemas/S{i + 1}'\n", 10);
        }

        var imported = Read(text.Append("    S15: {type: object, additionalProperties: false}\n").ToString());
        Assert.InRange(imported.Actions.Single().Value.Schema!.Value.ToString().Length, 1, 1_000_000);
    }

    private static Api.Schemas.SchemaFault? FaultOf(string action, string @params) => Known.Action(action)!.FaultOf(Encoding.UTF8.GetBytes(@params));

    private static ImportedDocument Read(string text)
    {
        using var document = DocumentText.Parse(Encoding.UTF8.GetBytes(text));
        return OpenApiImport.Read(document.RootElement, new Uri("https://docs.example.org/api/openapi.json"), hasBaseUrl: false);
    }

    private static KnownUpstream Know(ImportedDocument imported)
    {
        var upstream = new Upstream { Namespace = "imported", BaseUrl = imported.BaseUrl, Actions = imported.Actions, Schemas = imported.Schemas };
        Assert.Empty(UpstreamRules.Faults(upstream));
        return new KnownUpstream(JsonSerializer.Deserialize<Upstream>(UpstreamVersions.Write(upstream), UpstreamJson.Options)!);
    }
}
