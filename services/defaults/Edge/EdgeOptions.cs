using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Defaults.Edge;

/// <summary>What one connection or request from outside may take, section <c>Edge</c>: of the gateway, and of the standalone host, which has none.</summary>
public sealed class EdgeOptions
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    /// <summary>Bytes of a request's body, at most, where the address is not made for more; 1 KiB to 64 MiB.</summary>
    [Range(KiB, 64 * MiB)]
    public int BodyBytes { get; set; } = MiB;

    /// <summary>Bytes of all headers of a request together, at most; else 431. 4 KiB to 512 KiB.</summary>
    [Range(4 * KiB, 512 * KiB)]
    public int HeaderBytes { get; set; } = 32 * KiB;

    /// <summary>Headers of a request, at most; else 431. 20 to 1000.</summary>
    [Range(20, 1000)]
    public int HeaderCount { get; set; } = 100;

    /// <summary>Bytes of a request's first line, with its address and query, at most; else 414. 1 KiB to 64 KiB.</summary>
    [Range(KiB, 64 * KiB)]
    public int RequestLineBytes { get; set; } = 8 * KiB;

    /// <summary>How long a request's headers may take to arrive; then 408. 1 to 300 s.</summary>
    [Range(1, 300)]
    public double HeaderSeconds { get; set; } = 15;

    /// <summary>How long a connection may be idle between two requests; 1 to 3600 s.</summary>
    [Range(1, 3600)]
    public double KeepAliveSeconds { get; set; } = 130;

    /// <summary>How fast a body must arrive, and an answer be taken, on average; slower is 408 or cut off. 1 to 1,000,000 bytes/s.</summary>
    [Range(1, 1_000_000)]
    public double BytesPerSecond { get; set; } = 240;

    /// <summary>How long <see cref="BytesPerSecond"/> may be missed; 2 to 300 s.</summary>
    [Range(2, 300)]
    public double GraceSeconds { get; set; } = 5;

    /// <summary>Open connections, at most; more are closed at once. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 10_000;

    /// <summary>How long browsers that came by TLS must come by it again; 0 (never say so) to 3650 days.</summary>
    [Range(0, 3650)]
    public int HstsDays { get; set; } = 365;
}
