using System.Text.Json;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Datasets;

/// <summary>
/// Writes the contents of datasets. An upload is a content of its own that nobody sees until the dataset names it, so that
/// it counts whole or not at all. Every transaction here locks the dataset's row before the content's.
/// </summary>
public sealed class DatasetContents(BatchStore store, NumberSource numbers, QuotaGate quotas, TimeProvider time, IOptions<ApiOptions> options)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DateTime NextLease => Now.AddSeconds(options.Value.LeaseSeconds);

    /// <summary>How often an owner that stores nothing must renew its lease.</summary>
    internal TimeSpan RenewEvery => TimeSpan.FromSeconds(options.Value.LeaseSeconds / 3);

    /// <summary>Begins an upload; <paramref name="document"/>, if any, is what a dialect keeps with the dataset from now on.</summary>
    /// <exception cref="ProblemException">409 UPLOAD_IN_PROGRESS, 404 when the dataset has just gone, or 429 QUOTA_UPLOADS.</exception>
    internal async Task<DatasetContent> OpenAsync(Guid dataset, CancellationToken cancellationToken, string? document = null)
    {
        var (now, number) = (Now, await numbers.NextAsync(cancellationToken));
        var tenant = await TenantOfAsync(dataset, cancellationToken);
        var uploads = await quotas.UploadsAsync(tenant, cancellationToken);
        await using var unit = await store.BeginAsync(cancellationToken);
        if (uploads is { } limit)
        {
            await quotas.EnsureUploadAsync(unit.Db, tenant, limit, cancellationToken);
        }

        // In a statement of its own: what is looked at next must be what the one before us left.
        if (await unit.Db.Datasets.Where(row => row.Id == dataset).ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, now), cancellationToken) == 0)
        {
            throw new ProblemException(Problems.DatasetNotFound());
        }

        var earlier = unit.Db.DatasetContents.Where(content => content.Dataset == dataset && content.LeaseUntil != null && !content.Discarded);
        if (await earlier.AnyAsync(content => content.LeaseUntil > now, cancellationToken))
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.UploadInProgress, "Another upload to the dataset is going on."));
        }

        await earlier.ExecuteUpdateAsync(set => set.SetProperty(content => content.Discarded, true), cancellationToken);
        await unit.Db.Datasets.Where(row => row.Id == dataset).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Upload, number)
            .SetProperty(row => row.DialectDocument, row => document ?? row.DialectDocument), cancellationToken);
        var opened = new DatasetContent { Number = number, Dataset = dataset, Uploader = tenant, LeaseUntil = NextLease };
        unit.Db.DatasetContents.Add(opened);
        await unit.CommitAsync(cancellationToken);
        return opened;
    }

    /// <summary>Stores some rows and renews the lease in the same transaction.</summary>
    /// <exception cref="ProblemException">409 UPLOAD_OUTDATED: the upload was given up, or the dataset deleted.</exception>
    internal async Task StageAsync(DatasetContent content, IReadOnlyList<StagedRow> rows, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        await store.Bulk.InsertRowsAsync(unit.Db, content.Number, rows, cancellationToken);

        // Last: until the commit, the upload's other rows wait for its row.
        await HoldAsync(unit.Db, content);
        await unit.CommitAsync(cancellationToken);
    }

    /// <summary>Renews the lease while nothing is stored.</summary>
    internal async Task RenewAsync(DatasetContent content, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        await HoldAsync(unit.Db, content);
        await unit.CommitAsync(cancellationToken);
    }

    /// <summary>Makes the upload what the dataset holds; what it held before is discarded.</summary>
    /// <exception cref="ProblemException">409 UPLOAD_OUTDATED.</exception>
    internal async Task PublishAsync(DatasetContent content, int rows)
    {
        var now = Now;
        await using var unit = await store.BeginAsync();
        EnsureOwn(await Uploading(unit.Db, content).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Content, content.Number)
            .SetProperty(row => row.Rows, rows)
            .SetProperty(row => row.Upload, (long?)null)
            .SetProperty(row => row.BadRows, 0)
            .SetProperty(row => row.Errors, (string?)null)
            .SetProperty(row => row.UploadedAt, now)
            .SetProperty(row => row.UpdatedAt, now)));
        EnsureOwn(await Own(unit.Db, content).ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, (DateTime?)null)));
        await unit.Db.DatasetContents
            .Where(row => row.Dataset == content.Dataset && row.Number != content.Number)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Discarded, true));
        await unit.CommitAsync();
    }

    /// <summary>Notes why the upload was refused; the dataset keeps what it held.</summary>
    internal Task RefuseAsync(DatasetContent content, int badRows, Problem fault)
    {
        var (now, errors) = (Now, JsonSerializer.Serialize(fault.Errors ?? [new ProblemError(null, null, fault.Code, fault.Detail)], ApiJson.Options));
        return DiscardAsync(content, uploading => uploading.ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Upload, (long?)null)
            .SetProperty(row => row.BadRows, Math.Max(badRows, 1))
            .SetProperty(row => row.Errors, errors)
            .SetProperty(row => row.UpdatedAt, now)));
    }

    /// <summary>Ends an upload as if it had never begun.</summary>
    internal Task WithdrawAsync(DatasetContent content) =>
        DiscardAsync(content, uploading => uploading.ExecuteUpdateAsync(set => set.SetProperty(row => row.Upload, (long?)null)));

    /// <summary>Ends an upload whose owner has not renewed its lease.</summary>
    internal async Task ReapAsync(DatasetContent content)
    {
        var now = Now;
        await using var unit = await store.BeginAsync();
        await Uploading(unit.Db, content).ExecuteUpdateAsync(set => set.SetProperty(row => row.Upload, (long?)null));
        if (await Own(unit.Db, content).Where(row => row.LeaseUntil <= now).ExecuteUpdateAsync(set => set.SetProperty(row => row.Discarded, true)) == 1)
        {
            await unit.CommitAsync();
        }
    }

    private async Task<string> TenantOfAsync(Guid dataset, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Datasets.Where(row => row.Id == dataset).Select(row => row.Tenant).FirstOrDefaultAsync(cancellationToken)
            ?? throw new ProblemException(Problems.DatasetNotFound());
    }

    private async Task DiscardAsync(DatasetContent content, Func<IQueryable<Dataset>, Task> note)
    {
        await using var unit = await store.BeginAsync();
        await note(Uploading(unit.Db, content));
        await Own(unit.Db, content).ExecuteUpdateAsync(set => set.SetProperty(row => row.Discarded, true));
        await unit.CommitAsync();
    }

    private async Task HoldAsync(StoreDb db, DatasetContent content)
    {
        var lease = NextLease;
        EnsureOwn(await Own(db, content).ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, lease)));
    }

    private static IQueryable<Dataset> Uploading(StoreDb db, DatasetContent content) =>
        db.Datasets.Where(row => row.Id == content.Dataset && row.Upload == content.Number);

    private static IQueryable<DatasetContent> Own(StoreDb db, DatasetContent content) =>
        db.DatasetContents.Where(row => row.Number == content.Number && !row.Discarded);

    private static void EnsureOwn(int rows)
    {
        if (rows == 0)
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.UploadOutdated, "The upload was interrupted for so long that it was given up, or the dataset was deleted."));
        }
    }
}
