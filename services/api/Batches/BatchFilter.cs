using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>Which batches are meant; null members leave the choice open.</summary>
public sealed record BatchFilter
{
    /// <summary>Of this tenant; null for all tenants.</summary>
    public required string? Tenant { get; init; }

    /// <summary>In this state.</summary>
    public BatchState? State { get; init; }

    /// <summary>With a name that contains it, in the same case or another.</summary>
    public string? Name { get; init; }

    /// <summary>Created later, UTC.</summary>
    public DateTime? CreatedAfter { get; init; }

    /// <summary>Created earlier, UTC.</summary>
    public DateTime? CreatedBefore { get; init; }

    /// <summary>Created then or earlier, UTC.</summary>
    public DateTime? Until { get; init; }

    /// <summary>With a failed job of this code in its latest run.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>With a schedule, or without one.</summary>
    public bool? Scheduled { get; init; }
}
