using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Defaults;

/// <summary>How long what has ended is kept, in days; 0 for as long as its batch. Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    private const double MaxDays = 36_500;

    /// <summary>Results of a run and its retries, also of the batch's latest, counted from their end. The run itself stays, with its counts.</summary>
    [Range(0, MaxDays)]
    public double OutcomeDays { get; set; }

    /// <summary>Runs with their results, counted from their end; the batch's latest run and its retries stay.</summary>
    [Range(0, MaxDays)]
    public double RunDays { get; set; }

    /// <summary>Batches that do not run, have no schedule that fires, and were not changed for so long.</summary>
    [Range(0, MaxDays)]
    public double IdleBatchDays { get; set; }

    /// <summary>How often it is looked for what has expired, in seconds.</summary>
    [Range(0.05, 86_400)]
    public double ClockSeconds { get; set; } = 600;
}
