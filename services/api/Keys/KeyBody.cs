using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api;

/// <summary>The body of POST /v1/keys.</summary>
public sealed record KeyBody
{
    /// <summary>Whose key it is: 1 to 200 characters. A tenant is there once it has a key.</summary>
    public string? Tenant { get; init; }

    /// <summary>What it may do: some of admin, write, read. None includes another.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>What people call it: up to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>From then on it lets nobody in; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The row that it asks for.</summary>
    /// <exception cref="ProblemException">422: each member at fault is named.</exception>
    internal ApiKey Checked(string id, long number, DateTimeOffset now)
    {
        List<ProblemError> faults = [.. Faults(now)];
        return faults.Count > 0
            ? throw new ProblemException(Problems.InvalidFields(faults))
            : new ApiKey { Id = id, Number = number, Tenant = Tenant!, Name = Name ?? "", Scopes = KeyScopes.Join(Scopes!), ExpiresAt = ExpiresAt?.UtcDateTime };
    }

    private IEnumerable<ProblemError> Faults(DateTimeOffset now)
    {
        if (!Tenancy.IsName(Tenant))
        {
            yield return Fault(ErrorCodes.InvalidField, "tenant", Tenancy.NameRule);
        }

        if (!BatchRules.IsText(Name, Limits.NameLength))
        {
            yield return Fault(ErrorCodes.InvalidField, "name", $"must have at most {Limits.NameLength} characters and no NUL");
        }

        if (Scopes is not { Count: > 0 } || !Scopes.All(KeyScopes.All.Contains))
        {
            yield return Fault(ErrorCodes.InvalidScopes, "scopes", $"must be some of {string.Join(", ", KeyScopes.All)}");
        }

        if (ExpiresAt <= now)
        {
            yield return Fault(ErrorCodes.InvalidExpiry, "expires_at", "has passed");
        }
    }

    private static ProblemError Fault(string code, string field, string message) => new(Line: null, field, code, message);
}
