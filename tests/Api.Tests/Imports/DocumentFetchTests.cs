using System.Net;
using BatchPlatform.Api.Tests.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Api.Tests.Imports;

/// <summary>PUT with <c>openapi</c>, as an address, as an object and as text.</summary>
public sealed class DocumentFetchTests : IAsyncLifetime
{
    private const string Document = """{"openapi":"3.1.0","paths":{"/a/{id}":{"get":{"operationId":"getA"}},"/b":{"post":{"operationId":"postB"}}}}""";

    private readonly WebApplication _site = Site();
    private ApiApp _app = new();

    private string Address => _site.Urls.Single();

    public async Task InitializeAsync()
    {
        await _site.StartAsync();
        _app = await ApiApp.StartAsync(new() { ["Callbacks:AllowLoopback"] = "true", ["Api:UpstreamBytes"] = "70000", ["Api:DocumentSeconds"] = "1" });
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("/openapi.json")]
    [InlineData("/moved")]
    public async Task A_document_is_fetched_and_its_address_kept(string path)
    {
        var reply = await PutAsync($"{Address}{path}");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal($"{Address}{path}", (string)reply.Body!["openapi"]!);
        Assert.Equal(Address, (string)reply.Body["base_url"]!);
        Assert.Equal("/a/{id}", (string)(await _app.Client.UpstreamAsync("imported"))["actions"]!["getA"]!["path"]!);
    }

    [Theory]
    [InlineData("/missing", "404")]
    [InlineData("/away", "another host")]
    [InlineData("/endless", "longer")]
    [InlineData("/silent", "within 1 s")]
    [InlineData("/loop", "from one address to the next")]
    [InlineData("/text", "neither JSON nor YAML")]
    public async Task What_cannot_be_had_is_refused(string path, string message)
    {
        var reply = await PutAsync($"{Address}{path}");
        reply.IsProblem(422, "INVALID_UPSTREAM");
        Assert.Equal(["openapi"], reply.Fields);
        Assert.Contains(message, (string)reply.Body!["detail"]!);
    }

    [Theory]
    [InlineData("https://10.0.0.1/openapi.json")]
    [InlineData("http://192.168.0.1/openapi.json")]
    [InlineData("https://user:password@example.org/")]
    public async Task An_address_that_is_not_for_us_to_ask_is_refused(string address) => (await PutAsync(address)).IsProblem(422, "INVALID_UPSTREAM");

    [Fact]
    public async Task A_document_may_be_sent_along_and_what_is_given_counts()
    {
        foreach (var source in new[] { Document, System.Text.Json.JsonSerializer.Serialize(Document), "\"openapi: 3.1.0\\npaths: {'/a/{id}': {get: {operationId: getA}}, /b: {post: {operationId: postB}}}\"" })
        {
            var reply = await _app.Client.PutUpstreamAsync("imported", $$$$"""
                {"base_url":"http://mine.example.org","openapi":{{{{source}}}},"actions":{"getA":{"method":"GET","path":"/other/{id}"},"more":{}}}
                """);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            Assert.Equal(["getA", "more", "postB"], reply.Body!["actions"]!.AsObject().Select(action => action.Key).Order());
            Assert.Equal(("/other/{id}", "http://mine.example.org"), ((string)reply.Body["actions"]!["getA"]!["path"]!, (string)reply.Body["base_url"]!));
            Assert.Null(reply.Body["openapi"]);
        }
    }

    [Fact]
    public async Task What_was_left_out_is_told()
    {
        var reply = await _app.Client.PutUpstreamAsync("imported", """
            {"base_url":"http://a","openapi":{"openapi":"3.1.0","paths":{"/a":{"get":{}},"/b#c":{"get":{}}}}}
            """);
        Assert.StartsWith("GET /b#c: left out", (string)reply.Body!["notes"]![0]!);
    }

    [Fact]
    public async Task A_document_without_a_server_needs_a_base_address()
    {
        var reply = await _app.Client.PutUpstreamAsync("imported", $$"""{"openapi":{{Document}} }""");
        reply.IsProblem(422, "INVALID_UPSTREAM");
        Assert.Equal(["base_url"], reply.Fields);
    }

    private Task<Reply> PutAsync(string address) => _app.Client.PutUpstreamAsync("imported", $$"""{"openapi":"{{address}}"}""");

    private static WebApplication Site()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        site.MapGet("/openapi.json", () => Results.Text(Document, "application/json"));
        site.MapGet("/moved", () => Results.Redirect("/openapi.json"));
        site.MapGet("/away", () => Results.Redirect("http://127.0.0.2:9/openapi.json"));
        site.MapGet("/loop", () => Results.Redirect("/loop"));
        site.MapGet("/text", () => Results.Text("a: b: c"));
        site.MapGet("/endless", () => Results.Text(new string(' ', 100_000) + Document));
        site.MapGet("/silent", (HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        return site;
    }
}
