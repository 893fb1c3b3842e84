using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Api.Tests;

/// <summary>Short words for the administration of keys.</summary>
internal static class Keys
{
    /// <summary>Makes a key; gives its text and its id.</summary>
    public static async Task<(string Key, string Id)> MakeKeyAsync(this HttpClient admin, string tenant = "default", string scopes = "write read", DateTimeOffset? expiresAt = null)
    {
        var reply = await admin.PostAsync("/v1/keys", JsonSerializer.Serialize(new { tenant, scopes = scopes.Split(' '), expires_at = expiresAt }));
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        return ((string)reply.Body!["key"]!, (string)reply.Body["id"]!);
    }

    public static async Task RevokeAsync(this HttpClient admin, string id) =>
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}")).Status);

    /// <summary>The items of a list.</summary>
    public static async Task<List<JsonNode>> ListAsync(this HttpClient client, string path)
    {
        var reply = await client.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return [.. reply.Body!["items"]!.AsArray().Select(item => item!)];
    }
}
