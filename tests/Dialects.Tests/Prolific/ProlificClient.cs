using System.Text;
using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Prolific;

/// <summary>Asks as a client of the vendor does: the key as a token, JSON in the body.</summary>
internal sealed class ProlificClient(HttpClient http, string? key = DialectHost.Key)
{
    public const string Root = "/api/v1/data-collection";
    public const string Details = """{"task_name":"Cats","task_introduction":"<p>Look &amp; say</p>","task_steps":"<ol><li>{{name}}?</li></ol>"}""";
    public const string Csv = "name,image\r\nTom,https://cats.example/1.png\r\n\"Ti,ger\",https://cats.example/2.png\r\nMia,https://cats.example/3.png\r\n";

    public Task<Reply> AskAsync(HttpMethod method, string path, string? json = null) => http.AskAsync(
        method, Root + path, json is null ? null : Http.Json(json), key is null ? [] : [("Authorization", $"Token {key}")]);

    public Task<Reply> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    /// <summary>A new batch's id.</summary>
    public async Task<string> CreateAsync(string? dataset = null, string name = "Cats", string workspace = "w1")
    {
        var reply = await AskAsync(HttpMethod.Post, "/batches", $$"""{"name":"{{name}}","workspace_id":"{{workspace}}","task_details":{{Details}}{{(dataset is null ? "" : $",\"dataset_id\":\"{dataset}\"")}}}""");
        Assert.True(reply.Status == 201, reply.ToString());
        return (string)reply.Json["id"]!;
    }

    public async Task<string> CreateDatasetAsync()
    {
        var reply = await AskAsync(HttpMethod.Post, "/datasets", """{"name":"cats","workspace_id":"w1"}""");
        Assert.True(reply.Status == 201, reply.ToString());
        return (string)reply.Json["id"]!;
    }

    /// <summary>Uploads as clients do: asks where to, then sends the file there, without a key.</summary>
    public async Task<Reply> UploadAsync(string dataset, string body = Csv, string file = "cats.csv")
    {
        var address = (await GetAsync($"/datasets/{dataset}/upload-url/{file}")).Json;
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", (string)address["content_type"]!);
        return await http.AskAsync(new HttpMethod((string)address["http_method"]!), (string)address["upload_url"]!, content);
    }

    public async Task<string> FilledDatasetAsync(string body = Csv, string file = "cats.csv")
    {
        var dataset = await CreateDatasetAsync();
        var reply = await UploadAsync(dataset, body, file);
        Assert.True(reply.Status == 200, reply.ToString());
        return dataset;
    }

    public Task<Reply> SetUpAsync(string batch, string? json = null) => AskAsync(HttpMethod.Post, $"/batches/{batch}/setup", json);

    public async Task<string?> StatusAsync(string batch) => (string?)(await GetAsync($"/batches/{batch}/status")).Json["status"];

    public async Task<JsonNode> BatchAsync(string batch) => (await GetAsync($"/batches/{batch}")).Json;

    /// <summary>Sets a batch up and waits for its tasks.</summary>
    public async Task<JsonNode> ReadyAsync(string batch, string? json = null)
    {
        var reply = await SetUpAsync(batch, json);
        Assert.True(reply.Status == 202, reply.ToString());
        await Eventually.Equal("READY", () => StatusAsync(batch));
        return await BatchAsync(batch);
    }

    /// <summary>That the reply is a refusal in the vendor's envelope.</summary>
    public static void Refused(int status, Reply reply)
    {
        Assert.True(reply.Status == status, reply.ToString());
        Assert.Equal("application/json", reply.ContentType);
        var error = reply.Json["error"]!;
        Assert.Equal(["error"], reply.Json.AsObject().Select(member => member.Key));
        Assert.Equal((status, 140_000 + status), ((int)error["status"]!, (int)error["error_code"]!));
        Assert.NotEmpty((string)error["title"]!);
        Assert.NotEmpty((string)error["detail"]!);
    }
}
