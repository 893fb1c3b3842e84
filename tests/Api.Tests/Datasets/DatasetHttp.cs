using System.Net;
using System.Text.Json.Nodes;

namespace BatchPlatform.Api.Tests.Datasets;

/// <summary>Short words for what the tests of datasets send.</summary>
internal static class DatasetHttp
{
    public const string Csv = "text/csv";

    public static async Task<Guid> CreateDatasetAsync(this HttpClient client, string name = "places")
    {
        var reply = await client.PostAsync("/v1/datasets", $$"""{"name":"{{name}}"}""");
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        return reply.Id;
    }

    public static Task<Reply> FillAsync(this HttpClient client, Guid dataset, string body, string type = Http.Ndjson) =>
        client.FillAsync(dataset, Http.Text(body, type));

    public static Task<Reply> FillAsync(this HttpClient client, Guid dataset, HttpContent content) =>
        client.SendAsync(HttpMethod.Put, $"/v1/datasets/{dataset}/content", content);

    public static async Task<JsonNode> DatasetAsync(this HttpClient client, Guid dataset) => (await client.SendAsync(HttpMethod.Get, $"/v1/datasets/{dataset}")).Body!;

    public static async Task<string> StatusAsync(this HttpClient client, Guid dataset) => (string)(await client.DatasetAsync(dataset))["status"]!;

    public static async Task<Guid> FilledDatasetAsync(this HttpClient client, string body, string type = Http.Ndjson)
    {
        var dataset = await client.CreateDatasetAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.FillAsync(dataset, body, type)).Status);
        return dataset;
    }

    /// <summary>Rows {"n":1}, {"n":2} and so on, one a line.</summary>
    public static string Rows(int count) => string.Concat(Enumerable.Range(1, count).Select(n => $$"""{"n":{{n}}}""" + "\n"));

    public static Task<Reply> ExpandAsync(this HttpClient client, Guid batch, Guid dataset, string template = """{"namespace":"bench","action":"noop"}""", bool commit = false, string? idempotencyKey = null) =>
        client.PostAsync($"/v1/batches/{batch}/jobs", $$"""{"dataset":"{{dataset}}","template":{{template}},"commit":{{(commit ? "true" : "false")}}}""", idempotencyKey);

    public static async Task<JsonNode> ExpansionAsync(this HttpClient client, Reply accepted) =>
        (await client.SendAsync(HttpMethod.Get, accepted.Message.Headers.Location!.ToString())).Body!;
}
