using BatchPlatform.Api.Uploads;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Batches;

/// <summary>A batch as it is to be made, checked and ready.</summary>
/// <param name="BatchId">Drawn before, so that a repetition is the same batch.</param>
/// <param name="Number">Its number.</param>
/// <param name="CommandId">The command that makes it.</param>
/// <param name="Actor">Who makes it; it is his tenant's.</param>
public sealed record Submission(Guid BatchId, long Number, Guid CommandId, Actor Actor)
{
    /// <summary>Whose it is.</summary>
    public string Tenant => Actor.Tenant;

    public string? Name { get; init; }

    public bool Recurring { get; init; }

    public BatchSettings Options { get; init; } = new();

    /// <summary>Null for the tenant's own.</summary>
    public Callback? Callback { get; init; }

    /// <summary>When it runs by itself; in the tenant's time zone unless it names one.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>The dialect that it was made in; null natively.</summary>
    public string? Dialect { get; init; }

    /// <summary>JSON that only the dialect reads.</summary>
    public string? DialectDocument { get; init; }

    /// <summary>Its first jobs, with indexes from 0.</summary>
    public IReadOnlyList<StagedJob> Jobs { get; init; } = [];

    /// <summary>What checked the jobs; null when there are none.</summary>
    public JobRules? Rules { get; init; }

    /// <summary>Run them at once.</summary>
    public bool Commit { get; init; }
}
