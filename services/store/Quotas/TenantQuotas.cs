using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Quotas;

/// <summary>How much a tenant may have at once; null for no bound. The deployment's defaults are the section <c>Quotas</c>.</summary>
public sealed record TenantQuotas
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Quotas";

    private const double Many = 1_000_000_000_000;

    /// <summary>Batches that are not deleted; 0 to 10^9.</summary>
    [Range(0, 1_000_000_000)]
    public int? Batches { get; init; }

    /// <summary>Jobs in one batch; 1 to 2^20, which is also the bound of those who have none.</summary>
    [Range(1, Limits.JobsPerBatch)]
    public int? JobsPerBatch { get; init; }

    /// <summary>Jobs without an outcome, of batches that have not run yet and of every batch's latest run; 0 to 10^12.</summary>
    [Range(0, Many)]
    public long? PendingJobs { get; init; }

    /// <summary>Uploads of jobs and of datasets that are going on; 0 to 10^6.</summary>
    [Range(0, 1_000_000)]
    public int? Uploads { get; init; }

    /// <summary>Stored outcomes, and those that pending jobs will have; 0 to 10^12.</summary>
    [Range(0, Many)]
    public long? Results { get; init; }

    /// <summary>Callbacks that wait to be delivered, and one for each batch under way that wants one; 0 to 10^9.</summary>
    [Range(0, 1_000_000_000)]
    public int? Callbacks { get; init; }

    /// <summary>Whether any of those is bound that rise with what batches do.</summary>
    [JsonIgnore]
    public bool BoundsBatches => Batches is not null || JobsPerBatch is not null || PendingJobs is not null || Results is not null || Callbacks is not null;

    /// <summary>These, where they say something, else <paramref name="others"/>.</summary>
    public TenantQuotas Or(TenantQuotas others) => new()
    {
        Batches = Batches ?? others.Batches,
        JobsPerBatch = JobsPerBatch ?? others.JobsPerBatch,
        PendingJobs = PendingJobs ?? others.PendingJobs,
        Uploads = Uploads ?? others.Uploads,
        Results = Results ?? others.Results,
        Callbacks = Callbacks ?? others.Callbacks,
    };
}

/// <summary>What something would add to what a tenant has.</summary>
/// <param name="Batches">Batches.</param>
/// <param name="BatchJobs">Jobs that the batch would hold in all; 0 when it gets none.</param>
/// <param name="PendingJobs">Jobs that would wait for an outcome, and results that they would have.</param>
/// <param name="KeptResults">Results besides, of jobs that do not run again.</param>
/// <param name="Callbacks">Callbacks that would be owed.</param>
public readonly record struct QuotaUse(int Batches = 0, int BatchJobs = 0, long PendingJobs = 0, long KeptResults = 0, int Callbacks = 0);
