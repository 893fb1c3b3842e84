using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Api.Tests;

/// <summary>An answer with its body read.</summary>
internal sealed record Reply(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Message)
{
    public string? Code => (string?)Body?["code"];

    public Guid Id => Guid.Parse((string)Body!["id"]!);

    /// <summary>The faulty lines and their codes, such as "2 INVALID_JOB".</summary>
    public IEnumerable<string> Lines => Body!["errors"]!.AsArray().Select(error => $"{error!["line"]} {error["code"]}");

    public IEnumerable<string?> Fields => Body!["errors"]!.AsArray().Select(error => (string?)error!["field"]);

    /// <summary>That the answer is a problem of this status and code, in the agreed shape.</summary>
    public void IsProblem(int status, string code)
    {
        Assert.Equal((status, code), ((int)Status, Code));
        Assert.Equal("application/problem+json", Message.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, (int)Body!["status"]!);
        Assert.NotEmpty((string)Body["type"]!);
        Assert.NotEmpty((string)Body["title"]!);
        Assert.NotEmpty((string)Body["detail"]!);
    }
}

/// <summary>Short words for what the tests send.</summary>
internal static class Http
{
    public const string Ndjson = "application/x-ndjson";
    public const string Job = """{"namespace":"bench","action":"noop","params":{"n":1}}""";

    public static async Task<Reply> SendAsync(
        this HttpClient client, HttpMethod method, string path, HttpContent? content = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Reply(response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null, response);
    }

    public static Task<Reply> PostAsync(this HttpClient client, string path, string? json = null, string? idempotencyKey = null) =>
        client.SendAsync(HttpMethod.Post, path, json is null ? null : Text(json, "application/json"), idempotencyKey);

    public static Task<Reply> UploadAsync(this HttpClient client, Guid batch, string body, string type = Ndjson, string query = "", string? idempotencyKey = null) =>
        client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs{query}", Text(body, type), idempotencyKey);

    public static async Task<Guid> CreateAsync(this HttpClient client, string json = "{}")
    {
        var reply = await client.PostAsync("/v1/batches", json);
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        return reply.Id;
    }

    public static HttpContent Text(string text, string type) => Bytes(Encoding.UTF8.GetBytes(text), type);

    public static HttpContent Bytes(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    public static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    public static string Lines(int count) => string.Concat(Enumerable.Repeat(Job + "\n", count));

    public static JsonNode Json(string text) => JsonNode.Parse(text, documentOptions: new JsonDocumentOptions())!;
}
