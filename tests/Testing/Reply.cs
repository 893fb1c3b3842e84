using System.Text;
using System.Text.Json.Nodes;

namespace BatchPlatform.Testing;

/// <summary>An answer with its body read.</summary>
public sealed record Reply(int Status, string Text, string? ContentType)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The same as its status and its JSON without blanks.</summary>
    public override string ToString() => $"{Status} {Text}";
}

/// <summary>Short words for what the tests send.</summary>
public static class Http
{
    public static async Task<Reply> AskAsync(this HttpClient client, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType);
    }

    public static HttpContent Form(params (string Name, string Value)[] values) =>
        new FormUrlEncodedContent(values.Select(value => KeyValuePair.Create(value.Name, value.Value)));

    public static HttpContent Json(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    public static HttpContent Json(JsonNode json) => Json(json.ToJsonString());
}
