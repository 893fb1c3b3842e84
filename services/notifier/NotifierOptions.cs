using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Notifier;

/// <summary>How callbacks are made and sent: the configuration section <c>Notifier</c>.</summary>
public sealed class NotifierOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Notifier";

    /// <summary>Callbacks being sent at once by this process; 1 to 1,000. Where there are several tenants, one has at most half of them, and never more than it leaves free.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 64;

    /// <summary>Of these, to one host, so that one slow receiver does not hold up the others; 1 to 100. A host that does not answer gets one.</summary>
    [Range(1, 100)]
    public int ConcurrencyPerHost { get; set; } = 4;

    /// <summary>How long a receiver may take to answer; 1 to 60 s.</summary>
    [Range(1, 60)]
    public double TimeoutSeconds { get; set; } = 15;

    /// <summary>A receiver that has failed for so long, and taken nothing, is disabled; 1 to 720 h.</summary>
    [Range(1, 720)]
    public double DisableAfterHours { get; set; } = 5 * 24;

    /// <summary>Results larger than this do not go into a callback, only a link to them; 1 KiB to 20 MiB.</summary>
    [Range(1024, 20 * 1024 * 1024)]
    public int ResultsBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>How long the signed link in a callback is good; 1 to 720 h. Longer than a delivery is tried for.</summary>
    [Range(1, 720)]
    public double LinkHours { get; set; } = 7 * 24;

    /// <summary>How often a client that asked for it is told how far its batch is; 1 to 86,400 s.</summary>
    [Range(1, 86_400)]
    public double ProgressSeconds { get; set; } = 60;

    /// <summary>How often due deliveries are looked for; 0.1 to 60 s. What this process itself owes is sent at once.</summary>
    [Range(0.1, 60)]
    public double ClockSeconds { get; set; } = 1;

    /// <summary>How often ended batches without their delivery are looked for; 1 to 3,600 s.</summary>
    [Range(1, 3600)]
    public double ReconcileSeconds { get; set; } = 30;

    /// <summary>A receiver's time to answer.</summary>
    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>A claimed delivery may be claimed again after this, when whoever claimed it has not said what became of it.</summary>
    internal TimeSpan Lease => Timeout + TimeSpan.FromSeconds(30);
}
