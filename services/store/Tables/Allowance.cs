namespace BatchPlatform.Store.Tables;

/// <summary>
/// How much room a tenant's quotas were found to leave, less what was taken since; a tenant without quotas has no row. Whoever
/// takes room holds the row locked. Written by the orchestrator only.
/// </summary>
public sealed class Allowance
{
    public string Tenant { get; set; } = "";

    /// <summary>Rises whenever room is taken.</summary>
    public long Rounds { get; set; }

    /// <summary>The quotas that the rest holds for.</summary>
    public string Limits { get; set; } = "";

    public DateTime CountedAt { get; set; }

    public long Batches { get; set; }

    public long PendingJobs { get; set; }

    public long Results { get; set; }

    public long Callbacks { get; set; }
}
