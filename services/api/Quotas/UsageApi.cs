using System.ComponentModel;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;

namespace BatchPlatform.Api.Quotas;

/// <summary>GET /v1/usage: what a tenant has, and how much it may have.</summary>
public static class UsageApi
{
    public static void MapUsage(this RouteGroupBuilder v1) =>
        v1.MapGet("/usage", ReadAsync)
            .WithTags("tenants")
            .WithName("get-usage")
            .WithSummary("How much of its quotas a tenant uses")
            .Produces<UsageView>()
            .ProducesProblems(403, 422);

    private static async Task<IResult> ReadAsync(
        [Description("Another tenant than the key's own; for the scope admin.")] string? tenant,
        HttpContext context,
        BatchStore store,
        QuotaDirectory quotas,
        TimeProvider time)
    {
        var meant = context.TenantMeant(tenant);
        if (!BatchRules.IsText(meant, Limits.NameLength))
        {
            return Problems.InvalidField("tenant", $"must have at most {Limits.NameLength} characters and no NUL");
        }

        var limits = await quotas.OfAsync(meant, context.RequestAborted);
        await using var db = store.Read();
        return TypedResults.Ok(await CountAsync(db, meant, limits, time.GetUtcNow().UtcDateTime, context.RequestAborted));
    }

    private static async Task<UsageView> CountAsync(StoreDb db, string tenant, TenantQuotas limits, DateTime now, CancellationToken cancellationToken) => new(
        tenant,
        new QuotaView(await QuotaCounts.BatchesAsync(db, tenant, cancellationToken), limits.Batches),
        new QuotaView(await QuotaCounts.JobsPerBatchAsync(db, tenant, cancellationToken), limits.JobsPerBatch ?? Limits.JobsPerBatch),
        new QuotaView(await QuotaCounts.PendingJobsAsync(db, tenant, cancellationToken), limits.PendingJobs),
        new QuotaView(await QuotaCounts.UploadsAsync(db, tenant, now, cancellationToken), limits.Uploads),
        new QuotaView(await QuotaCounts.ResultsAsync(db, tenant, cancellationToken), limits.Results),
        new QuotaView(await QuotaCounts.CallbacksAsync(db, tenant, cancellationToken), limits.Callbacks));
}

/// <summary>What a tenant has, and how much it may have.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Batches">Batches that are not deleted.</param>
/// <param name="JobsPerBatch">Jobs in one batch; used: those of the largest.</param>
/// <param name="PendingJobs">Jobs without an outcome.</param>
/// <param name="Uploads">Uploads that are going on.</param>
/// <param name="Results">Stored outcomes, and those that pending jobs will have.</param>
/// <param name="Callbacks">Callbacks that wait to be delivered, and one for each batch under way that wants one.</param>
public sealed record UsageView(
    string Tenant, QuotaView Batches, QuotaView JobsPerBatch, QuotaView PendingJobs, QuotaView Uploads, QuotaView Results, QuotaView Callbacks);

/// <summary>One quota.</summary>
/// <param name="Used">What there is.</param>
/// <param name="Limit">What there may be; null for any number.</param>
public sealed record QuotaView(long Used, long? Limit);
