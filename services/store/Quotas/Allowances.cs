using System.Globalization;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Quotas;

/// <summary>
/// Lets in what a tenant's quotas have room for. Who takes holds the tenant's row of <c>allowances</c> locked until his
/// transaction ends, so that no two take the same room. The row remembers how much room was left: what is counted anew, some
/// seconds later or when that is used up, can only be more, since everything that takes room passes here.
/// </summary>
public static class Allowances
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    /// <summary>Takes room for something, or none of it.</summary>
    /// <returns>Null, or the code of the quota that has no room for it.</returns>
    public static async Task<string?> TakeAsync(WorkUnit unit, string tenant, TenantQuotas quotas, QuotaUse use, CancellationToken cancellationToken)
    {
        if (use.BatchJobs > quotas.JobsPerBatch)
        {
            return ErrorCodes.QuotaJobsPerBatch;
        }

        if (!Asks(quotas, use))
        {
            return null;
        }

        var row = await unit.Db.UpdateOrInsertAsync(
            $"UPDATE allowances SET rounds = rounds + 1", $"tenant = {tenant}", () => new Allowance { Tenant = tenant, CountedAt = unit.Now }, cancellationToken);
        unit.Db.Allowances.Attach(row);
        if (!IsFresh(row, quotas, unit.Now) || Lacking(row, quotas, use) is not null)
        {
            await CountAsync(unit.Db, row, quotas, unit.Now, cancellationToken);
        }

        if (Lacking(row, quotas, use) is { } lacking)
        {
            return lacking;
        }

        row.Batches -= use.Batches;
        row.PendingJobs -= use.PendingJobs;
        row.Results -= use.PendingJobs + use.KeptResults;
        row.Callbacks -= use.Callbacks;
        return null;
    }

    /// <summary>Which quota has no room for something just now, without taking it: who asks first spares himself the work.</summary>
    public static async Task<string?> FindLackingAsync(BatchStore store, string tenant, TenantQuotas quotas, QuotaUse use, DateTime now, CancellationToken cancellationToken)
    {
        if (use.BatchJobs > quotas.JobsPerBatch)
        {
            return ErrorCodes.QuotaJobsPerBatch;
        }

        if (!Asks(quotas, use))
        {
            return null;
        }

        await using var db = store.Read();
        var row = await db.Allowances.FirstOrDefaultAsync(each => each.Tenant == tenant, cancellationToken);
        if (row is null || !IsFresh(row, quotas, now) || Lacking(row, quotas, use) is not null)
        {
            row = new Allowance { Tenant = tenant };
            await CountAsync(db, row, quotas, now, cancellationToken);
        }

        return Lacking(row, quotas, use);
    }

    private static bool Asks(TenantQuotas quotas, QuotaUse use) =>
        (quotas.Batches is not null && use.Batches > 0)
        || ((quotas.PendingJobs is not null || quotas.Results is not null) && use.PendingJobs > 0)
        || (quotas.Callbacks is not null && use.Callbacks > 0);

    private static string? Lacking(Allowance row, TenantQuotas quotas, QuotaUse use) => use switch
    {
        { Batches: > 0 } when quotas.Batches is not null && row.Batches < use.Batches => ErrorCodes.QuotaBatches,
        { PendingJobs: > 0 } when quotas.PendingJobs is not null && row.PendingJobs < use.PendingJobs => ErrorCodes.QuotaPendingJobs,
        { PendingJobs: > 0 } when quotas.Results is not null && row.Results < use.PendingJobs + use.KeptResults => ErrorCodes.QuotaResults,
        { Callbacks: > 0 } when quotas.Callbacks is not null && row.Callbacks < use.Callbacks => ErrorCodes.QuotaCallbacks,
        _ => null,
    };

    private static bool IsFresh(Allowance row, TenantQuotas quotas, DateTime now) => row.Limits == LimitsOf(quotas) && now - row.CountedAt < Fresh;

    private static async Task CountAsync(StoreDb db, Allowance row, TenantQuotas quotas, DateTime now, CancellationToken cancellationToken)
    {
        (row.Limits, row.CountedAt) = (LimitsOf(quotas), now);
        row.Batches = await LeftAsync(quotas.Batches, QuotaCounts.BatchesAsync);
        row.PendingJobs = await LeftAsync(quotas.PendingJobs, QuotaCounts.PendingJobsAsync);
        row.Results = await LeftAsync(quotas.Results, QuotaCounts.ResultsAsync);
        row.Callbacks = await LeftAsync(quotas.Callbacks, QuotaCounts.CallbacksAsync);

        async Task<long> LeftAsync(long? limit, Func<StoreDb, string, CancellationToken, Task<long>> count) =>
            limit is { } bound ? bound - await count(db, row.Tenant, cancellationToken) : 0;
    }

    private static string LimitsOf(TenantQuotas quotas) =>
        string.Create(CultureInfo.InvariantCulture, $"{quotas.Batches}/{quotas.PendingJobs}/{quotas.Results}/{quotas.Callbacks}");
}
