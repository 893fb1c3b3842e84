using System.Text.Json.Nodes;

namespace BatchPlatform.Api.Tests.Upstreams;

/// <summary>Short words for tests of definitions.</summary>
internal static class UpstreamApp
{
    public const string Smallest = """{"base_url":"http://a","actions":{"get":{"method":"GET","path":"/{id}"}}}""";

    public static TheoryData<string> Providers => ["Sqlite", "Postgres"];

    public static Task<Reply> PutUpstreamAsync(this HttpClient client, string ns, string json) =>
        client.SendAsync(HttpMethod.Put, $"/v1/upstreams/{ns}", Http.Text(json, "application/json"));

    /// <summary>A definition with some members changed.</summary>
    public static string With(string changes) => With(Smallest, changes);

    /// <inheritdoc cref="With(string)"/>
    public static string With(string definition, string changes)
    {
        var changed = Http.Json(definition).AsObject();
        foreach (var (member, value) in Http.Json(changes).AsObject())
        {
            changed[member] = value?.DeepClone();
        }

        return changed.ToJsonString();
    }

    public static async Task<JsonNode> UpstreamAsync(this HttpClient client, string ns)
    {
        var reply = await client.SendAsync(HttpMethod.Get, $"/v1/upstreams/{ns}");
        Assert.Equal(System.Net.HttpStatusCode.OK, reply.Status);
        return reply.Body!;
    }
}
