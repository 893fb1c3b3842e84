using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Api.Admission;

/// <summary>
/// How much one api takes on at once, section <c>Overload</c>. What is beyond is refused with 503 OVERLOADED before anything of it
/// is done, so that what is taken is answered soon however many ask.
/// </summary>
public sealed class OverloadOptions
{
    /// <summary>Short reads that are answered at once; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Reads { get; set; } = 32;

    /// <summary>Short writes that are done at once, which bounds the commands that wait for the lifecycle's reply; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Writes { get; set; } = 64;

    /// <summary>Uploads, downloads and streams of events that go on at once, each at its client's pace; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int Streams { get; set; } = 512;

    /// <summary>How many of <see cref="Streams"/> one tenant may have, at most; 1 to 100,000, a quarter of them by default.</summary>
    [Range(1, 100_000)]
    public int? StreamsPerTenant { get; set; }

    /// <summary>Reads, and writes, that may wait for their turn; 0 to 100,000.</summary>
    [Range(0, 100_000)]
    public int Waiting { get; set; } = 256;

    /// <summary>How long one waits for its turn, at most; 0.1 to 60 s.</summary>
    [Range(0.1, 60)]
    public double WaitSeconds { get; set; } = 2;

    /// <summary>Bytes of bodies that are held in memory at once, a quarter of it for those of up to 64 KiB alone; 64 MiB to 16 GiB.</summary>
    [Range(64L * 1024 * 1024, 16L * 1024 * 1024 * 1024)]
    public long BodyBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>How long a body may take to arrive that is read whole, beside the time for its length; then 408. 1 to 300 s.</summary>
    [Range(1, 300)]
    public double BodySeconds { get; set; } = 10;

    /// <summary>How fast such a body must arrive beyond <see cref="BodySeconds"/>, on average; 1 KiB/s to 1 GiB/s.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int BodyBytesPerSecond { get; set; } = 64 * 1024;
}
