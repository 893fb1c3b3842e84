using System.Text;
using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Worker.Tests.Upstreams.Auth;

/// <summary>Looks for secrets in everything that a worker says: logs of every level and all that goes over the bus.</summary>
public sealed class SecretsStayHomeTests
{
    private const string Key = "header-secret-wombat";
    private const string Password = "basic/pass\"word-quokka";
    private const string ClientSecret = "client+secret-numbat";
    private const string Token = "access-token-dingo";

    private static readonly string[] Forbidden =
    [
        "wombat", "quokka", "numbat", "dingo",
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Password}")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"id:{Uri.EscapeDataString(ClientSecret)}")),
    ];

    // Each asks the upstream to behave in another way.
    private static readonly string[] Ways = ["json", "text", "binary", "status", "redirect", "huge", "broken", "closed"];

    [Fact]
    public async Task Nothing_that_a_worker_says_holds_a_secret()
    {
        var logs = new CapturedLogs();
        await using var upstream = await TestUpstream.StartAsync(MisbehaveAsync);
        await using var worker = await WorkerHost.StartAsync(builder => Configure(builder, logs), [.. Definitions(upstream.BaseUrl)]);

        foreach (var ns in new[] { "header", "basic", "oauth2", "unbound", "refused" })
        {
            foreach (var way in Ways)
            {
                await worker.RunAsync(Given.Slice(ns: ns, json: $$"""{"way":"{{way}}"}"""));
            }
        }

        var said = Said(worker, logs);
        Assert.Contains("worker", said, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("***", said);
        Assert.True(logs.Lines.Count > 10, "The logs were not captured.");
        Assert.Equal(3 * Ways.Length, upstream.Calls.Count(call => call.Target.StartsWith("/call", StringComparison.Ordinal)));
        Assert.All(Forbidden, secret => Assert.DoesNotContain(secret, said));
    }

    private static void Configure(WebApplicationBuilder builder, CapturedLogs logs)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        foreach (var (name, value) in new[] { ("header", Key), ("basic", $"me:{Password}"), ("oauth2", $"id:{ClientSecret}"), ("unbound", $"id:{Key}") })
        {
            builder.Configuration[$"Secrets:{name}:Value"] = value;
            builder.Configuration[$"Secrets:{name}:Hosts:0"] = name == "unbound" ? "api.example.com" : "127.0.0.1";
        }
    }

    private static IEnumerable<Upstream> Definitions(string address)
    {
        var definition = Given.Upstream(address, new UpstreamAction { Method = "GET", Path = "/call" }) with { MaxResponseBytes = 1024 };
        yield return definition with { Namespace = "header", Auth = Auth("header", "header") };
        yield return definition with { Namespace = "basic", Auth = Auth("basic", "basic") };
        yield return definition with { Namespace = "oauth2", Auth = Auth("oauth2", "oauth2") with { TokenUrl = $"{address}/token" } };
        yield return definition with { Namespace = "unbound", Auth = Auth("basic", "unbound") };
        yield return definition with { Namespace = "refused", Auth = Auth("oauth2", "oauth2") with { TokenUrl = $"{address}/no-token" } };
    }

    private static UpstreamAuth Auth(string type, string secret) => new() { Type = type, Secret = secret };

    private static Task MisbehaveAsync(HttpContext context)
    {
        var response = context.Response;
        var seen = $"{context.Request.Headers.Authorization} {Key} {Password} {ClientSecret}";
        (response.StatusCode, response.ContentType) = context.Request.Query["way"].ToString() switch
        {
            "text" => (200, "text/plain"),
            "status" => (500, "application/json"),
            "redirect" => (302, "application/json"),
            "closed" => (429, "application/json"),
            _ => (200, "application/json"),
        };
        response.Headers.Location = $"/?{Uri.EscapeDataString(seen)}";
        return context.Request.Path.Value switch
        {
            "/token" => response.WriteAsync($$"""{"access_token":"{{Token}}","expires_in":60}"""),
            "/no-token" => RefuseTokenAsync(response, seen),
            _ => AnswerAsync(context, seen),
        };
    }

    private static Task RefuseTokenAsync(HttpResponse response, string seen)
    {
        response.StatusCode = 401;
        return response.WriteAsJsonAsync(new { error = seen, error_description = seen });
    }

    private static async Task AnswerAsync(HttpContext context, string seen)
    {
        // Every upstream is told only its own secret, as it was sent; so only that one may come back.
        var own = context.Request.Headers.Authorization.ToString();
        switch (context.Request.Query["way"])
        {
            case "text":
                await context.Response.WriteAsync(own);
                break;
            case "binary":
                await context.Response.Body.WriteAsync(new byte[] { 0xFF, 0xFE });
                await context.Response.WriteAsync(own);
                break;
            case "huge":
                await context.Response.WriteAsync(string.Concat(Enumerable.Repeat(seen, 100)));
                break;
            case "broken":
                await context.Response.WriteAsync(own);
                context.Abort();
                break;
            default:
                await context.Response.WriteAsJsonAsync(new { own });
                break;
        }
    }

    private static string Said(WorkerHost worker, CapturedLogs logs)
    {
        var outcomes = worker.Orchestrator.Outcomes.Select(outcome => $"{outcome} {Encoding.UTF8.GetString(outcome.Response.Span)}");
        var messages = worker.Orchestrator.Reports.Cast<object>()
            .Concat(worker.Orchestrator.Questions).Concat(worker.Orchestrator.Heartbeats).Concat(worker.Orchestrator.Announcements)
            .Select(message => System.Text.Json.JsonSerializer.Serialize(message));
        var said = string.Join('\n', logs.Lines.Concat(outcomes).Concat(messages));
        return said + Encoding.UTF8.GetString([.. Base64Within(worker)]);
    }

    private static IEnumerable<byte> Base64Within(WorkerHost worker) => worker.Orchestrator.Outcomes
        .Select(outcome => Encoding.UTF8.GetString(outcome.Response.Span))
        .Where(text => text.Contains("\"base64\":"))
        .SelectMany(text => System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("base64").GetBytesFromBase64());
}
