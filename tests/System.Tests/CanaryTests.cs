using System.Net;
using System.Text;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>
/// Plants words that nobody else uses where something confidential stands, and looks for them in all that the separate processes
/// write with every logger at its most talkative. What clients may do wrong is planted in the standalone program's test.
/// </summary>
public sealed class CanaryTests
{
    private const string UpstreamSecret = "canary-upstream-secret-numbat";
    private const string Param = "canary-param-bilby";
    private const string Answer = "canary-response-dingo";
    private static readonly string CallbackSecret = Convert.ToBase64String(Encoding.UTF8.GetBytes("canary-callback-secret-32-bytes!"));
    private static readonly string MasterKey = Convert.ToBase64String(Encoding.UTF8.GetBytes("canary-master-key-of-32-bytes-ok"));

    [Fact]
    public async Task No_process_logs_a_key_a_secret_a_param_or_a_response()
    {
        using var upstream = new HttpListener();
        var port = LoopbackPort.Next();
        upstream.Prefixes.Add($"http://127.0.0.1:{port}/");
        upstream.Start();
        var answering = AnswerAsync(upstream);
        await using var services = await Deployment.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Logging__Console__LogLevel__Default"] = "Trace",
            ["Logging__Console__LogLevel__Microsoft"] = "Trace",
            ["Logging__Console__LogLevel__MassTransit"] = "Trace",
            ["Callbacks__AllowLoopback"] = "true",
            ["Security__MasterKey"] = MasterKey,
            ["Secrets__mine__Value"] = UpstreamSecret,
            ["Secrets__mine__Hosts__0"] = "127.0.0.1",
        });

        await RunAsync(services.Client, $"http://127.0.0.1:{port}");

        Assert.All(services.All, process => Assert.NotEmpty(process.Output));
        string[] canaries = [Deployment.AdminKey, MasterKey, CallbackSecret, "canary-"];
        var told = services.All
            .SelectMany(process => process.Output.Split('\n').Select(line => $"{process.Project}: {line}"))
            .Where(line => canaries.Any(canary => line.Contains(canary, StringComparison.OrdinalIgnoreCase)));
        Assert.Empty(told.Take(5).ToList());
        upstream.Stop();
        await answering;
    }

    private static async Task RunAsync(HttpClient client, string upstream)
    {
        await client.AskAsync(HttpMethod.Put, "/v1/upstreams/mine", Http.Json($$"""
            {"base_url":"{{upstream}}","auth":{"type":"header","secret":"mine"},"retry":{"attempts":1},
             "actions":{"call":{"method":"POST","path":"/{id}","params":{"id":"path","q":"query"} } } }
            """));
        var job = $$"""{"namespace":"mine","action":"call","custom_id":"{{Param}}","params":{"id":"{{Param}}","q":"{{Param}}","body":"{{Param}}"} }""";
        var created = await client.AskAsync(HttpMethod.Post, "/v1/batches", Http.Json($$"""
            {"name":"{{Param}}","commit":true,"jobs":[{{job}},{{job}}],"callback":{"url":"https://127.0.0.1:9/{{Param}}","include":"results","secret":"whsec_{{CallbackSecret}}"} }
            """));
        Assert.True(created.Status == 201, created.ToString());
        var id = (string)created.Json["id"]!;
        await Eventually.Equal("Finished", async () => (string?)(await client.AskAsync(HttpMethod.Get, $"/v1/batches/{id}")).Json["state"]);
        var results = await client.AskAsync(HttpMethod.Get, $"/v1/batches/{id}/results?format=csv&api_key={Deployment.AdminKey}");
        Assert.Contains(Answer, results.Text, StringComparison.Ordinal);
        await client.AskAsync(HttpMethod.Get, $"/v1/batches/{id}/results?signature={UpstreamSecret}");
    }

    private static async Task AnswerAsync(HttpListener upstream)
    {
        try
        {
            while (true)
            {
                var call = await upstream.GetContextAsync();
                await call.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"text":"{{Answer}}","sent":"{{call.Request.Headers["Authorization"]}}"}"""));
                call.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
