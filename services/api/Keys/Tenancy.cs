using System.Security.Claims;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api;

/// <summary>Who asks. Set by <see cref="KeyAuthentication"/> for every request below /v1.</summary>
public static class Tenancy
{
    internal const string TenantClaim = "tenant";
    internal const string KeyClaim = "key";
    internal const string ScopeClaim = "scope";

    /// <summary>The tenant whose key was presented; whatever belongs to another does not exist.</summary>
    public static string Tenant(this HttpContext context) => Claim(context, TenantClaim);

    /// <summary>The id of the key that was presented; no secret.</summary>
    public static string KeyId(this HttpContext context) => Claim(context, KeyClaim);

    /// <summary>All tenants, where one may be named: so no tenant may have this name.</summary>
    public const string AllTenants = "*";

    /// <summary>Whether a tenant may have the name.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 } && name != AllTenants && BatchRules.IsText(name, Limits.NameLength);

    /// <summary>What a name of a tenant must be.</summary>
    internal static string NameRule { get; } = $"must have 1 to {Limits.NameLength} characters and no NUL, and not be {AllTenants}, which means all tenants";

    /// <summary>The tenant that a request is about: the one that it names, or whose key was presented. Only an admin may name another, or all.</summary>
    /// <exception cref="ProblemException">403 FORBIDDEN.</exception>
    public static string TenantMeant(this HttpContext context, string? named)
    {
        var (own, meant) = (context.Tenant(), named ?? context.Tenant());
        return (meant == own && meant != AllTenants) || context.User.HasClaim(ScopeClaim, KeyScopes.Admin)
            ? meant
            : throw new ProblemException(Problems.Forbidden());
    }

    /// <summary>Who asks, for the audit.</summary>
    public static Actor Actor(this HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return new Actor(context.Tenant(), context.KeyId(), (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString());
    }

    private static string Claim(HttpContext context, string type) =>
        context.User.FindFirstValue(type) ?? throw new InvalidOperationException("The request was not authenticated.");
}
