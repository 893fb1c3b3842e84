using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api;

/// <summary>What keys may do. The scopes stand side by side: none includes another.</summary>
public static class KeyScopes
{
    /// <summary>Keys, tenants, upstreams and the audit.</summary>
    public const string Admin = "admin";

    /// <summary>What changes something.</summary>
    public const string Write = "write";

    /// <summary>What only looks.</summary>
    public const string Read = "read";

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Write, Read];

    /// <summary>Those of a key.</summary>
    public static IReadOnlyList<string> Of(ApiKey key) => key.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>As the store keeps them.</summary>
    public static string Join(IEnumerable<string> scopes) => string.Join(' ', All.Where(scopes.Contains));
}
