using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Ivvy;

/// <summary>Asks as a client of the vendor does.</summary>
internal sealed class IvvyClient(HttpClient http, string key = DialectHost.Key)
{
    public const string CallbackUrl = "http://example.callback.url.com";

    public Task<Reply> AskAsync(string space, string action, string? body, params (string Name, string Value)[] headers) =>
        http.AskAsync(
            HttpMethod.Post, $"/api/1.0/{space}?action={action}", Http.Json(body ?? ""), [("X-Api-Authorization", $"IWS {key}:not-checked"), .. headers]);

    public Task<Reply> BatchAsync(string action, string async) => AskAsync("batch", action, new JsonObject { ["async"] = async }.ToJsonString());

    public Task<Reply> RunAsync(JsonArray jobs, string callback = CallbackUrl) =>
        AskAsync("batch", "run", new JsonObject { ["jobs"] = jobs, ["callbackUrl"] = callback }.ToJsonString());

    /// <summary>A new batch's asyncId.</summary>
    public async Task<string> StartAsync(JsonArray? jobs = null, string callback = CallbackUrl)
    {
        var reply = await RunAsync(jobs ?? [Job(), Job()], callback);
        Assert.True(reply.Status == 200, reply.ToString());
        return (string)reply.Json["asyncId"]!;
    }

    /// <summary>Polls as clients do, then takes the results.</summary>
    public async Task<JsonNode> ResultsAsync(string async)
    {
        await Eventually.Equal(100, async () => (int)(await BatchAsync("progress", async)).Json["progress"]!);
        var reply = await BatchAsync("results", async);
        Assert.True(reply.Status == 200, reply.ToString());
        return reply.Json;
    }

    public static JsonObject Job(int @event = 1, string space = "event") => new()
    {
        ["namespace"] = space,
        ["action"] = "inviteContacts",
        ["params"] = new JsonObject { ["event"] = @event, ["contacts"] = new JsonArray(1, 2, 3) },
    };

    public static void IsRefusal(Reply reply, int status, int specificCode, string? message = null)
    {
        Assert.Equal((status, "application/json"), (reply.Status, reply.ContentType));
        Assert.Equal((status, specificCode), ((int)reply.Json["errorCode"]!, (int)reply.Json["specificCode"]!));
        Assert.NotEmpty((string)reply.Json["message"]!);
        Assert.True(message is null || message == (string?)reply.Json["message"], reply.ToString());
    }
}
