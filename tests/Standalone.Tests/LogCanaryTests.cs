using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BatchPlatform.Testing;

namespace BatchPlatform.Standalone.Tests;

/// <summary>
/// Plants words that nobody else uses wherever something confidential may stand, and looks for them in all that the process
/// writes: with every logger of ours and of the frameworks at its most talkative.
/// </summary>
public sealed class LogCanaryTests : IDisposable
{
    private const string AdminKey = "canary-admin-key-wombat";
    private const string WrongKey = "canary-wrong-key-quokka";
    private const string UpstreamSecret = "canary-upstream-secret-numbat";
    private const string Param = "canary-param-bilby";
    private const string Answer = "canary-response-dingo";
    private static readonly string CallbackSecret = Convert.ToBase64String(Encoding.UTF8.GetBytes("canary-callback-secret-32-bytes!"));
    private static readonly string MasterKey = Convert.ToBase64String(Encoding.UTF8.GetBytes("canary-master-key-of-32-bytes-ok"));

    private static readonly string[] Canaries = ["wombat", "quokka", "numbat", "bilby", "dingo", CallbackSecret, MasterKey, "canary-"];

    // What an answer may never show either; params and responses are the asker's own.
    private static readonly string[] Secrets = ["wombat", "numbat", "quokka", MasterKey];

    private readonly TemporaryFolder _folder = new();
    private readonly HttpListener _upstream = new();

    public void Dispose()
    {
        _upstream.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task Whatever_is_logged_holds_no_key_secret_param_or_response()
    {
        var upstream = Listen();
        await using var server = await ServeAsync();

        await DefineUpstreamAsync(server, upstream);
        await RunBatchesAsync(server);
        await AskWronglyAsync(server);
        await SpeakDialectsAsync(server);
        server.Terminate();
        await server.WaitForExitAsync();

        var lines = server.Output.Split('\n');
        Assert.True(lines.Length > 1000, "The logs were not captured.");
        var found = lines.Where(line => Canaries.Any(canary => line.Contains(canary, StringComparison.OrdinalIgnoreCase))).Take(5).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    // Answers the first call of each job well, then badly, and tells back what it was sent.
    private string Listen()
    {
        var port = LoopbackPort.Next();
        _upstream.Prefixes.Add($"http://127.0.0.1:{port}/");
        _upstream.Start();
        _ = Task.Run(async () =>
        {
            for (var calls = 0; _upstream.IsListening; calls++)
            {
                var call = await _upstream.GetContextAsync();
                call.Response.StatusCode = calls % 3 == 1 ? 500 : 200;
                call.Response.ContentType = calls % 3 == 2 ? "text/plain" : "application/json";
                await call.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"text":"{{Answer}}","sent":"{{call.Request.Headers["Authorization"]}}"}"""));
                call.Response.Close();
            }
        });
        return $"http://127.0.0.1:{port}";
    }

    private async Task<ServiceProcess> ServeAsync()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Admin__Key"] = AdminKey,
            ["Security__MasterKey"] = MasterKey,
            ["Secrets__mine__Value"] = UpstreamSecret,
            ["Secrets__mine__Hosts__0"] = "127.0.0.1",
        };
        foreach (var category in new[] { "Default", "Microsoft", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.EntityFrameworkCore", "System", "System.Net.Http", "MassTransit" })
        {
            settings[$"Logging__LogLevel__{category}"] = "Trace";
            settings[$"Logging__Console__LogLevel__{category}"] = "Trace";
        }

        return await ServiceProcess.StartAsync("services/standalone", settings, ["--data", Path.Combine(_folder.Path, "data"), "--sample"], timeout: TimeSpan.FromMinutes(2));
    }

    private static async Task DefineUpstreamAsync(ServiceProcess server, string address) => await AskAsync(server, HttpMethod.Put, "/v1/upstreams/mine", $$"""
        {"base_url":"{{address}}","auth":{"type":"header","secret":"mine"},"retry":{"attempts":1},
         "actions":{"call":{"method":"POST","path":"/{{Param}}/{id}","params":{"id":"path","q":"query","h":"header"} } } }
        """);

    private static async Task RunBatchesAsync(ServiceProcess server)
    {
        var job = $$"""{"namespace":"mine","action":"call","custom_id":"{{Param}}","params":{"id":"{{Param}}","q":"{{Param}}","h":"{{Param}}","body":"{{Param}}"} }""";
        var created = await AskAsync(server, HttpMethod.Post, "/v1/batches", $$"""
            {"name":"{{Param}}","commit":true,"jobs":[{{job}},{{job}},{{job}}],"callback":{"url":"https://127.0.0.1:9/{{Param}}","include":"results","secret":"whsec_{{CallbackSecret}}"} }
            """);
        var id = (string)created["id"]!;
        await Eventually.Equal("Finished", async () => (string?)(await AskAsync(server, HttpMethod.Get, $"/v1/batches/{id}"))["state"], timeout: TimeSpan.FromMinutes(1));
        await server.Client.AskAsync(HttpMethod.Get, $"/v1/batches/{id}/results?format=csv&api_key={AdminKey}", null, ("X-Api-Key", AdminKey));
        await AskAsync(server, HttpMethod.Post, $"/v1/batches/{id}/retry-failed", "{}");
    }

    private static async Task AskWronglyAsync(ServiceProcess server)
    {
        var open = (string)(await AskAsync(server, HttpMethod.Post, "/v1/batches", "{}"))["id"]!;
        string[] bodies =
        [
            $$"""{"{{Param}}":1}""", $$"""{"name":"{{Param}}""", $"[\"{Param}\"]", $$"""{"name":{"a":"{{Param}}"} }""", $$"""[{"namespace":"{{Param}}","action":"x","params":{} }]""",
            $$"""{"callback":{"url":"http://{{Param}}.invalid/"} }""", $$"""{"schedule":{"kind":"cron","cron":"{{Param}}"} }""",
        ];
        foreach (var body in bodies)
        {
            foreach (var path in new[] { "/v1/batches", $"/v1/batches/{open}/jobs", "/v1/datasets" })
            {
                await ToldAsync(server, HttpMethod.Post, path, body, ("Authorization", $"Bearer {AdminKey}"), ("Idempotency-Key", Param));
                await ToldAsync(server, HttpMethod.Post, path, body, ("Authorization", $"Bearer {WrongKey}"));
            }
        }

        foreach (var path in new[] { $"/v1/batches?cursor={Param}", $"/v1/batches?limit={Param}", $"/v1/batches/{open}/results?signature={WrongKey}&expires=1&tenant=x&format=json" })
        {
            await ToldAsync(server, HttpMethod.Get, path, null, ("X-Api-Key", AdminKey));
            await ToldAsync(server, HttpMethod.Get, path, null);
        }
    }

    private static async Task SpeakDialectsAsync(ServiceProcess server)
    {
        foreach (var key in new[] { AdminKey, WrongKey })
        {
            await ToldAsync(server, HttpMethod.Get, $"/seo-tools/api/v4/batch?api-key={key}&batch-id=7", null);
            await ToldAsync(server, HttpMethod.Post, $"/batches?api_key={key}", $$"""{"name":"{{Param}}","searches":[{"q":"{{Param}}"}]}""");
            await ToldAsync(server, HttpMethod.Post, "/api/v1/data-collection/batches", $$"""{"name":"{{Param}}","x":"{{Param}}"}""", ("Authorization", $"Token {key}"));
            await ToldAsync(server, HttpMethod.Post, "/api/1.0/batch?action=run", $$"""{"jobs":[{"namespace":"event","action":"x","params":"{{Param}}"}]}""", ("X-Api-Authorization", $"IWS {key}:{WrongKey}"));
        }
    }

    private static async Task<JsonNode> AskAsync(ServiceProcess server, HttpMethod method, string path, string? body = null)
    {
        var reply = await ToldAsync(server, method, path, body, ("Authorization", $"Bearer {AdminKey}"));
        Assert.True(reply.Status < 300, reply.ToString());
        return reply.Json;
    }

    private static async Task<Reply> ToldAsync(ServiceProcess server, HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        var reply = await server.Client.AskAsync(method, path, body is null ? null : Http.Json(body), headers);
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, reply.Text, StringComparison.OrdinalIgnoreCase));
        return reply;
    }
}
