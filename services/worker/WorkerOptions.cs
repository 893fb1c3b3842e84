using System.ComponentModel.DataAnnotations;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker;

/// <summary>The section <c>Worker</c> of the configuration; checked at start.</summary>
public sealed class WorkerOptions
{
    /// <summary>Where it is bound from.</summary>
    public const string Section = "Worker";

    /// <summary>
    /// Slices worked on at once; 1 to 1,024. Unless set, several for each processor: while some are being cut, sent and stored, others are worked on.
    /// </summary>
    [Range(1, 1024)]
    public int Slots { get; set; } = Math.Max(8, 4 * Environment.ProcessorCount);

    /// <summary>How often the worker announces itself and renews its leases; 100 ms to 5 s, since an orchestrator forgets a worker after 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan HeartbeatPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after the last answered heartbeat calls may begin; 1 s to 15 s, since an orchestrator gives a slice to another after 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:15")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an orchestrator may take to answer; 100 ms to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an outcome waits for others to be reported with; 10 ms to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan ReportPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of outcomes in one report, at most (a single larger outcome travels alone); 1 KiB to 512 KiB.</summary>
    [Range(1024, Limits.ReportBytes)]
    public int ReportBytes { get; set; } = Limits.ReportBytes;

    /// <summary>How long calls in flight may take to end when the process is told to stop; 0 to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);
}
