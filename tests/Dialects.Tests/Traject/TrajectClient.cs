using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>Speaks as Traject's clients do.</summary>
/// <param name="http">Where to.</param>
/// <param name="batches">batches, or collections.</param>
/// <param name="key">The key that every call carries in its query.</param>
internal sealed class TrajectClient(HttpClient http, string batches = "batches", string key = DialectHost.Key)
{
    public Task<Reply> AskAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        var url = path.StartsWith("http", StringComparison.Ordinal) || path.StartsWith('/') ? path : $"/{batches}/{path}".TrimEnd('/');
        return http.AskAsync(method, url.Contains("signature=", StringComparison.Ordinal) ? url : $"{url}{(url.Contains('?') ? '&' : '?')}api_key={key}", content);
    }

    public Task<Reply> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    public Task<Reply> PutAsync(string path, string json) => AskAsync(HttpMethod.Put, path, Http.Json(json));

    public Task<Reply> DeleteAsync(string path, string? json = null) => AskAsync(HttpMethod.Delete, path, json is null ? null : Http.Json(json));

    public Task<Reply> CreateAsync(string json) => AskAsync(HttpMethod.Post, "", Http.Json(json));

    /// <summary>A new batch of these searches; gives its id.</summary>
    public async Task<string> BatchAsync(params string[] searches)
    {
        var reply = await CreateAsync($$"""{"name":"{{Guid.NewGuid():N}}","searches":[{{string.Join(',', searches)}}]}""");
        return IdOf(reply);
    }

    public static string IdOf(Reply reply)
    {
        Assert.True(reply.Status == 200, reply.ToString());
        return (string)reply.Json["batch"]!["id"]!;
    }

    /// <summary>Starts the batch and waits until it is idle again; gives the batch.</summary>
    public async Task<JsonNode> RunAsync(string id)
    {
        var started = await GetAsync($"{id}/start");
        Assert.True(started.Status == 200, started.ToString());
        await Eventually.Equal("idle", async () => (string)(await GetAsync(id)).Json["batch"]!["status"]!);
        return (await GetAsync(id)).Json["batch"]!;
    }

    /// <summary>The ids of a batch's searches, in their order.</summary>
    public async Task<List<string>> SearchIdsAsync(string id) =>
        [.. (await GetAsync($"{id}/searches/1")).Json["searches"]!.AsArray().Select(search => (string)search!["id"]!)];
}
