namespace BatchPlatform.Defaults.Edge;

/// <summary>
/// How many requests one process takes, section <c>RateLimits</c>. High enough for polling by many scripts at once; what protects
/// upstreams is their own limits.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>Of one presented credential, wherever it comes from.</summary>
    public RateLimit PerKey { get; set; } = new() { Requests = 10_000 };

    /// <summary>Of one client's address (IPv6: of one /64 network), whatever it presents.</summary>
    public RateLimit PerAddress { get; set; } = new() { Requests = 20_000 };

    /// <summary>Credentials, and addresses, that are counted each for itself at the same time; more share 1,024 counts. 1,024 to 10,000,000.</summary>
    public int Tracked { get; set; } = 100_000;

    internal bool IsValid => PerKey.IsValid && PerAddress.IsValid && Tracked is >= 1024 and <= 10_000_000;
}

/// <summary>So many requests at once, which come back evenly over a while.</summary>
public sealed class RateLimit
{
    /// <summary>Requests; 1 to 10,000,000, or 0 for no limit.</summary>
    public int Requests { get; set; }

    /// <summary>How long it takes until all of them may be made again; 1 to 86,400 s.</summary>
    public double Seconds { get; set; } = 10;

    internal bool IsValid => Requests is >= 0 and <= 10_000_000 && Seconds is >= 1 and <= 86_400;
}
