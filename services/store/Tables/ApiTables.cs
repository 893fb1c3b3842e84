using BatchPlatform.Contracts;
using BatchPlatform.Store.Quotas;

namespace BatchPlatform.Store.Tables;

/// <summary>One version of an upstream's definition; the latest counts. Written by api only, and never changed.</summary>
public sealed class UpstreamVersion
{
    public string Namespace { get; set; } = "";

    public int Version { get; set; }

    /// <summary>The definition as JSON, without secrets; null: from this version on there is no such upstream.</summary>
    public string? Definition { get; set; }

    /// <summary>It came from configuration, not through the API.</summary>
    public bool Configured { get; set; }

    public DateTime CreatedAt { get; set; }
}

/// <summary>A key that lets a client in. Only a salted hash of it is kept. Written by api only.</summary>
public sealed class ApiKey
{
    public string Id { get; set; } = "";

    /// <summary>Rising with time: the order of lists.</summary>
    public long Number { get; set; }

    public string Tenant { get; set; } = "";

    public string Name { get; set; } = "";

    public byte[] Salt { get; set; } = [];

    /// <summary>SHA-256 over salt and key.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>Space-separated: admin, write, read.</summary>
    public string Scopes { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    public DateTime? ExpiresAt { get; set; }

    /// <summary>From then on it lets nobody in.</summary>
    public DateTime? RevokedAt { get; set; }

    /// <summary>About when it last let somebody in.</summary>
    public DateTime? LastUsedAt { get; set; }

    /// <summary>What requests of dialects are signed with, encrypted; null when they need not be.</summary>
    public string? SigningSecret { get; set; }
}

/// <summary>A POST that carried an <c>Idempotency-Key</c>. Written by api only.</summary>
public sealed class IdempotentRequest
{
    public string Tenant { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>SHA-256 of method, path and body.</summary>
    public byte[] Fingerprint { get; set; } = [];

    public Guid CommandId { get; set; }

    public Guid BatchId { get; set; }

    public long Number { get; set; }

    /// <summary>While it lasts, somebody is working on the request.</summary>
    public DateTime LeaseUntil { get; set; }

    /// <summary>The answer's status; null until there is one to keep.</summary>
    public int? Status { get; set; }

    public string? Answer { get; set; }

    public DateTime CreatedAt { get; set; }
}

/// <summary>One element of the platform's key ring, which secrets are encrypted with. Written by api only.</summary>
public sealed class KeyRingElement
{
    /// <summary>From 1: of two processes that add an element at once, one is refused. At 0 stands the master key, when none is configured.</summary>
    public int Number { get; set; }

    /// <summary>As ASP.NET Data Protection writes it, its secret wrapped with the master key; at 0 that key itself, in base64.</summary>
    public string Xml { get; set; } = "";

    public DateTime CreatedAt { get; set; }
}

/// <summary>Hands out 64-bit numbers in blocks.</summary>
public sealed class Sequence
{
    public string Name { get; set; } = "";

    /// <summary>The last number handed out.</summary>
    public long Value { get; set; }
}

/// <summary>The owner of keys and batches; one without a row has the defaults. Written by api only.</summary>
public sealed class Tenant
{
    public string Name { get; set; } = "";

    /// <summary>Its share of the workers against other tenants' shares; above 0.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>None of its jobs is begun.</summary>
    public bool Paused { get; set; }

    public string? PauseReason { get; set; }

    /// <summary>Owed for batches that name none of their own.</summary>
    public Callback? Callback { get; set; }

    /// <summary>IANA name, for schedules that name none.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Its own quotas; null when it has only the deployment's.</summary>
    public TenantQuotas? Quotas { get; set; }

    public DateTime UpdatedAt { get; set; }
}
