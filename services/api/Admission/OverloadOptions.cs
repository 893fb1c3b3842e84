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

    /// <summary>Reads, and writes, that may wait for their turn; 0 to 100,000.</summary>
    [Range(0, 100_000)]
    public int Waiting { get; set; } = 256;

    /// <summary>How long one waits for its turn, at most; 0.1 to 60 s.</summary>
    [Range(0.1, 60)]
    public double WaitSeconds { get; set; } = 2;

    /// <summary>Bytes of bodies that are held in memory at once, those of up to 64 KiB not counted; 64 MiB to 16 GiB.</summary>
    [Range(64L * 1024 * 1024, 16L * 1024 * 1024 * 1024)]
    public long BodyBytes { get; set; } = 128 * 1024 * 1024;
}
