namespace BatchPlatform.Defaults.Telemetry;

/// <summary>Names that the platform's metrics share.</summary>
public static class Meters
{
    /// <summary>The meter that all of them are of.</summary>
    public const string Name = "BatchPlatform";

    /// <summary>The attribute that names an upstream.</summary>
    public const string Upstream = "batchplatform.upstream";

    /// <summary>The attribute that says how a job or delivery ended.</summary>
    public const string Outcome = "batchplatform.outcome";

    /// <summary>The error code, where there is one; by the semantic conventions.</summary>
    public const string ErrorType = "error.type";
}
