using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Samples;

/// <summary>How the sample upstream behaves: the configuration section <c>Sample</c>. By default it is fast and never fails.</summary>
public sealed record SampleOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Sample";

    /// <summary>How long every call takes at least.</summary>
    [Range(0, 600_000)]
    public int LatencyMilliseconds { get; init; }

    /// <summary>Up to this much is added to the latency, drawn anew for each call from <see cref="Seed"/>.</summary>
    [Range(0, 600_000)]
    public int JitterMilliseconds { get; init; }

    /// <summary>The share of calls, 0 to 1, that answer 500. Which calls of the sequence fail follows from <see cref="Seed"/>.</summary>
    [Range(0.0, 1.0)]
    public double FailureRate { get; init; }

    /// <summary>Draws failures and jitter: the same seed gives the same sequence. By default one whose first calls succeed at common rates, for whoever tries a few.</summary>
    public long Seed { get; init; } = 39;

    /// <summary>Calls admitted in each second; beyond, 429 with <c>Retry-After</c>. 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int RateLimitPerSecond { get; init; }

    /// <summary>Calls served at once; beyond, 503 with <c>Retry-After</c>. 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxConcurrent { get; init; }

    /// <summary>A file that gets one NDJSON line for each call; none by default.</summary>
    public string? LogFile { get; init; }

    /// <summary>Throws when a value is out of its bounds.</summary>
    /// <exception cref="ValidationException">A value is out of its bounds.</exception>
    public SampleOptions Validated()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        return this;
    }
}
