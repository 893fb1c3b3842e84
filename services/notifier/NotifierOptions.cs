using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Notifier;

/// <summary>How callbacks are sent: the configuration section <c>Notifier</c>.</summary>
public sealed class NotifierOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Notifier";

    /// <summary>Callbacks being sent at once by this process; 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 64;

    /// <summary>Of these, to one host, so that one slow receiver does not hold up the others; 1 to 100.</summary>
    [Range(1, 100)]
    public int ConcurrencyPerHost { get; set; } = 4;

    /// <summary>How long a receiver may take to answer; 1 to 60 s.</summary>
    [Range(1, 60)]
    public double TimeoutSeconds { get; set; } = 15;

    /// <summary>How often due deliveries are looked for; 0.1 to 60 s. What this process itself owes is sent at once.</summary>
    [Range(0.1, 60)]
    public double ClockSeconds { get; set; } = 1;

    /// <summary>How often ended batches without their delivery are looked for; 1 to 3,600 s.</summary>
    [Range(1, 3600)]
    public double ReconcileSeconds { get; set; } = 30;

    /// <summary>A receiver's time to answer.</summary>
    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>A claimed delivery is due again after this, when whoever claimed it has not said what became of it.</summary>
    internal TimeSpan Lease => Timeout + TimeSpan.FromSeconds(30);
}
