using System.Text.Json.Serialization;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api;

/// <summary>A key as operators see it.</summary>
/// <param name="Id">No secret: it stands in the audit and in lists.</param>
/// <param name="Tenant">Its owner.</param>
/// <param name="Scopes">What it may do: some of admin, write, read.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From then on it lets nobody in; null for never.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
/// <param name="LastUsedAt">When it last let somebody in, to about a minute; null when it never did.</param>
/// <param name="Signs">Its requests in a dialect whose requests are signed must be signed with its signing secret.</param>
public sealed record KeyView(
    string Id,
    string Tenant,
    IReadOnlyList<string> Scopes,
    string Name,
    DateTime CreatedAt,
    DateTime? ExpiresAt,
    DateTime? RevokedAt,
    DateTime? LastUsedAt,
    bool Signs)
{
    /// <summary>The key itself: shown once, in the answer that made it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(-1)]
    public string? Key { get; init; }

    internal static KeyView Of(ApiKey row) => new(
        row.Id, row.Tenant, KeyScopes.Of(row), row.Name, row.CreatedAt, row.ExpiresAt, row.RevokedAt, row.LastUsedAt, Signs: row.SigningSecret is not null);
}

/// <summary>What requests of dialects are signed with; shown once.</summary>
public sealed record SigningSecretView(string Id, string SigningSecret);
