using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Batches;

/// <summary>What the writing side looks at before it sends a command. A hint: the lifecycle decides.</summary>
public sealed record BatchRow(Guid Id, long Number, string State, bool Recurring, BatchSettings Options, Callback? Callback, Schedule? Schedule)
{
    /// <summary>The tenant's batch of that id.</summary>
    /// <exception cref="ProblemException">404 BATCH_NOT_FOUND: unknown, deleted, or another tenant's.</exception>
    public static async Task<BatchRow> FindAsync(BatchStore store, HttpContext context, string id)
    {
        var batchId = Parameter.BatchId(id);
        var tenant = context.Tenant();
        await using var db = store.Read();
        return await db.Batches
            .Where(batch => batch.CorrelationId == batchId && batch.Tenant == tenant && batch.DeletedAt == null)
            .Select(batch => new BatchRow(batch.CorrelationId, batch.Number, batch.CurrentState, batch.Recurring, batch.Options, batch.Callback, batch.Schedule))
            .FirstOrDefaultAsync(context.RequestAborted)
            ?? throw new ProblemException(Problems.BatchNotFound());
    }

    /// <summary>The same of a batch that was read whole.</summary>
    internal static BatchRow Of(Store.Tables.Batch batch) =>
        new(batch.CorrelationId, batch.Number, batch.CurrentState, batch.Recurring, batch.Options, batch.Callback, batch.Schedule);

    /// <summary>What adding jobs takes of the tenant's quotas. Those of a batch that has run are not pending before its next run.</summary>
    internal QuotaUse UseOf(int jobs, int before = 0) =>
        new(BatchJobs: before + jobs, PendingJobs: State == nameof(BatchState.Created) ? jobs : 0);

    /// <summary>Why the batch's jobs cannot be changed as it is now, or null.</summary>
    public Problem? RefusesEdits() => (State, Recurring) switch
    {
        (_, false) => Problems.Conflict(ErrorCodes.NotRecurring, "Only the jobs of a recurring batch can be changed."),
        (nameof(BatchState.Committed) or nameof(BatchState.Running), _) => Problems.Conflict(ErrorCodes.BatchRunning, "The jobs of a running batch cannot be changed."),
        _ => null,
    };

    /// <summary>Why the batch takes no jobs as it is now, or null; spares a client an upload that would be refused at its end.</summary>
    public Problem? RefusesJobs() => (State, Recurring) switch
    {
        (nameof(BatchState.Created), _) or (nameof(BatchState.Stopped) or nameof(BatchState.Finished), true) => null,
        _ => Problems.Conflict(ErrorCodes.BatchAlreadyCommitted, "The batch takes no more jobs."),
    };
}
