using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>Asks as a client of the vendor does: parameters as a form, those of a GET in the query.</summary>
internal sealed class BrightLocalClient(HttpClient http, string key = DialectHost.Key)
{
    private const string Root = "/seo-tools/api/v4";

    public static (string Path, (string Name, string Value)[] Inputs)[] Jobs { get; } =
    [
        ("ld/fetch-reviews", [("profile-url", "https://local.example.org/place/1"), ("country", "USA")]),
        ("ld/fetch-reviews-by-business-data", [.. Business]),
        ("ld/fetch-profile-url", [.. Business]),
        ("ld/fetch-profile-details", [("profile-url", "https://local.example.org/place/1"), ("country", "USA")]),
        ("ld/fetch-profile-details-by-business-data", [.. Business]),
        ("seo/offsite", [("website-url", "http://www.example.com/")]),
        ("rankings/search", [("search-engine", "google"), ("country", "USA"), ("search-term", "plumber")]),
        ("rankings/bulk-search", [("search-engine", "google"), ("country", "USA"), ("search-terms", """["plumber","emergency plumber"]""")]),
    ];

    private static (string, string)[] Business =>
        [("business-names", "Hub Plumbing\nHub Plumbing & Mechanical"), ("city", "New York"), ("postcode", "10001"), ("local-directory", "google"), ("country", "USA")];

    public Task<Reply> AskAsync(HttpMethod method, string path, params (string Name, string Value)[] inputs)
    {
        (string, string)[] all = [("api-key", key), .. inputs];
        return method == HttpMethod.Get
            ? http.AskAsync(method, $"{Root}/{path}?{string.Join('&', all.Select(each => $"{each.Item1}={Uri.EscapeDataString(each.Item2)}"))}")
            : http.AskAsync(method, $"{Root}/{path}", Http.Form(all));
    }

    /// <summary>A new batch's id.</summary>
    public async Task<string> CreateAsync(params (string Name, string Value)[] inputs)
    {
        var reply = await AskAsync(HttpMethod.Post, "batch", inputs);
        Assert.True(reply.Status == 201, reply.ToString());
        return (string)reply.Json["batch-id"]!;
    }

    public Task<Reply> AddAsync(string batch, string path = "ld/fetch-reviews") =>
        AddAsync(batch, path, Jobs.Single(job => job.Path == path).Inputs);

    public Task<Reply> AddAsync(string batch, string path, params (string Name, string Value)[] inputs) =>
        AskAsync(HttpMethod.Post, path, [("batch-id", batch), .. inputs]);

    public Task<Reply> CommitAsync(string batch) => AskAsync(HttpMethod.Put, "batch", ("batch-id", batch));

    public Task<Reply> ResultsAsync(string batch) => AskAsync(HttpMethod.Get, "batch", ("batch-id", batch));

    public Task<Reply> StopAsync(string batch) => AskAsync(HttpMethod.Put, "batch/stop", ("batch-id", batch));

    public Task<Reply> DeleteAsync(string batch) => AskAsync(HttpMethod.Delete, "batch", ("batch-id", batch));

    /// <summary>Polls as clients do, until the batch ends so.</summary>
    public async Task<JsonNode> EndedAsync(string batch, string status = "Finished")
    {
        await Eventually.Equal(status, async () => (string?)(await ResultsAsync(batch)).Json["status"]);
        return (await ResultsAsync(batch)).Json;
    }
}
