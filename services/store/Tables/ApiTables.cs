namespace BatchPlatform.Store.Tables;

/// <summary>One version of an upstream's definition. Written by api only.</summary>
public sealed class UpstreamVersion
{
    public string Namespace { get; set; } = "";

    public int Version { get; set; }

    /// <summary>The definition as JSON, without secrets.</summary>
    public string Definition { get; set; } = "";

    public DateTime CreatedAt { get; set; }
}

/// <summary>A key that lets a client in. Only a salted hash of its secret is kept. Written by api only.</summary>
public sealed class ApiKey
{
    public string Id { get; set; } = "";

    public string Tenant { get; set; } = "";

    public string Name { get; set; } = "";

    public byte[] Salt { get; set; } = [];

    /// <summary>SHA-256 over salt and secret.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>Space-separated: admin, write, read.</summary>
    public string Scopes { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    public DateTime? ExpiresAt { get; set; }
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
    /// <summary>From 1: of two processes that add an element at once, one is refused.</summary>
    public int Number { get; set; }

    /// <summary>As ASP.NET Data Protection writes it, its secret wrapped with the master key.</summary>
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
