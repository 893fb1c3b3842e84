using System.Globalization;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Actions;

/// <summary>The jobs of a run that have no outcome, in order of index: they are cancelled one by one.</summary>
internal sealed class OpenJobs(BatchStore store, Operations operations, BulkAction action, Guid batch, JobChoice filter) : IActionItems
{
    private const int Stretch = 16_384;
    private const int Page = 500;

    public async Task<(int Count, bool More)> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        if (await FindRunAsync(db, cancellationToken) is not { } run)
        {
            return (0, false);
        }

        if (filter is { State: null, Namespace: null, Action: null })
        {
            return (run.Total - run.Completed - run.Failed, false);
        }

        var count = 0;
        for (var from = 0; from < Limits.JobsPerBatch; from += Stretch)
        {
            count += (await OpenAsync(db, run, from, cancellationToken)).Count;
        }

        return (count, false);
    }

    public async Task<(IReadOnlyList<ActionItem> Items, string? Next)> FindAsync(string? from, CancellationToken cancellationToken)
    {
        var first = from is null ? 0 : int.Parse(from, CultureInfo.InvariantCulture);
        await using var db = store.Read();
        if (first >= Limits.JobsPerBatch || await FindRunAsync(db, cancellationToken) is not { SettledAt: null } run)
        {
            return ([], null);
        }

        var open = await OpenAsync(db, run, first, cancellationToken);
        var items = open.Take(Page).Select(index => new ActionItem(At(index + 1), batch, index)).ToList();
        return (items, open.Count > Page ? items[^1].At : At(first + Stretch));
    }

    public async Task<string?> ActAsync(ActionItem item)
    {
        await using var db = store.Read();
        if (await FindRunAsync(db, CancellationToken.None) is not { } run)
        {
            return ErrorCodes.JobEnded;
        }

        var reply = await operations.AskAsync<CancelJob, JobReply>(new CancelJob(run.Batch, item.Index, action.Actor, run.Number));
        return reply.Code == ErrorCodes.JobEnded && await IsCancelledAsync(db, run, item.Index) ? null : reply.Code;
    }

    // Who went on after a crash does not know what of the items in hand was done.
    private Task<bool> IsCancelledAsync(StoreDb db, Run run, int index) => db.Outcomes.AnyAsync(outcome =>
        outcome.Batch == run.Batch && outcome.Run == run.Number && outcome.Index == index
        && outcome.ErrorCode == ErrorCodes.JobCancelled && outcome.CompletedAt >= action.CreatedAt);

    private static string At(int index) => index.ToString(CultureInfo.InvariantCulture);

    // Null when the batch was deleted, or another run has begun, whose jobs are not meant.
    private Task<Run?> FindRunAsync(StoreDb db, CancellationToken cancellationToken) => db.Runs
        .Where(run => run.BatchId == batch && run.Number == action.Run)
        .SingleOrDefaultAsync(run => db.Batches.Any(row => row.Number == run.Batch && row.Run == run.Number && row.DeletedAt == null), cancellationToken);

    // Plain reads and differences: as anti-joins, PostgreSQL without statistics compares every job with every outcome.
    private async Task<List<int>> OpenAsync(StoreDb db, Run run, int from, CancellationToken cancellationToken)
    {
        var end = from + Stretch;
        var sent = await SentAsync(db, run, cancellationToken);
        var jobs = await Jobs(db, run).Where(job => job.Index >= from && job.Index < end).OrderBy(job => job.Index).Select(job => job.Index).ToListAsync(cancellationToken);
        var ended = await IndexesAsync(db, run.Batch, run.Number, state: null);
        var retried = run.Root == run.Number ? null : await IndexesAsync(db, run.Batch, run.Number - 1, JobState.Failed);
        return [.. jobs.Where(index => !ended.Contains(index) && retried?.Contains(index) != false && IsInState(index))];

        Task<HashSet<int>> IndexesAsync(StoreDb db, long number, int of, JobState? state) => db.Outcomes
            .Where(outcome => outcome.Batch == number && outcome.Run == of && outcome.Index >= from && outcome.Index < end && (state == null || outcome.State == state))
            .OrderBy(outcome => outcome.Index)
            .Select(outcome => outcome.Index)
            .ToHashSetAsync(cancellationToken);

        bool IsInState(int index) => filter.State is null || filter.State == StateOf(sent, index);
    }

    private IQueryable<Job> Jobs(StoreDb db, Run run)
    {
        var jobs = db.Jobs.Where(job => job.Batch == run.Batch && job.AddedRev <= run.Revision && (job.RemovedRev == null || job.RemovedRev > run.Revision));
        jobs = filter.Namespace is { } ns ? jobs.Where(job => job.Namespace == ns) : jobs;
        return filter.Action is { } of ? jobs.Where(job => job.Action == of) : jobs;
    }

    private async Task<List<Slice>> SentAsync(StoreDb db, Run run, CancellationToken cancellationToken) => filter.State is null
        ? []
        : await db.Slices.Where(slice => slice.Batch == run.Batch && slice.Run == run.Number && slice.State != SliceState.Returned).ToListAsync(cancellationToken);

    private static JobState StateOf(List<Slice> sent, int index) => sent.Find(slice => slice.Jobs.Contains(index))?.State switch
    {
        SliceState.Taken => JobState.Processing,
        SliceState.Queued => JobState.Queued,
        _ => JobState.Pending,
    };
}
