using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Changes and removes jobs of recurring batches. As an append does, a request stages everything under the batch's next
/// revision, where no run sees it, and one command makes the lifecycle take it in, or nothing has happened. Rows of jobs that
/// are not seen any more stay for the runs that had them.
/// </summary>
public sealed class JobEditing(BatchStore store, AppendRows rows, BatchCommands commands)
{
    private const int ChunkIndexes = 500;

    /// <summary>Puts a job in the place of the one that has its index.</summary>
    /// <exception cref="ProblemException">409: the batch's state does not allow it. 404 JOB_NOT_FOUND.</exception>
    public Task ReplaceAsync(BatchRow batch, StagedJob job, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(
            batch,
            actor,
            async row =>
            {
                var removed = await RemoveAsync(row, [job.Index], cancellationToken);
                await rows.StageAsync(row, [job], _ => Task.CompletedTask, cancellationToken);
                return Staged(row, removed) with { Lanes = [new LaneCount(job.Namespace, job.Index, 1)], ShortestDeadlineSeconds = job.DeadlineSeconds ?? 0 };
            },
            cancellationToken);

    /// <summary>Removes the jobs at these indexes, all or none.</summary>
    /// <exception cref="ProblemException">409: the batch's state does not allow it. 404 JOB_NOT_FOUND: one of them is not there.</exception>
    public Task RemoveAsync(BatchRow batch, IReadOnlyCollection<int> indexes, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(batch, actor, async row => Staged(row, await RemoveAsync(row, indexes, cancellationToken)), cancellationToken);

    /// <summary>Removes every job.</summary>
    /// <exception cref="ProblemException">409: the batch's state does not allow it.</exception>
    public Task ClearAsync(BatchRow batch, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(batch, actor, async row => Staged(row, await RemoveAllAsync(row, cancellationToken)), cancellationToken);

    private async Task RunAsync(BatchRow batch, Actor actor, Func<Append, Task<StagedAppend>> stage, CancellationToken cancellationToken)
    {
        if (batch.RefusesEdits() is { } refusal)
        {
            throw new ProblemException(refusal);
        }

        var row = await rows.OpenAsync(Edit(batch), cancellationToken);
        var end = AppendEnd.NotTaken;
        try
        {
            var staged = await stage(row);
            if (!staged.Edits)
            {
                return;
            }

            end = AppendEnd.Unknown;
            var reply = await commands.SendAsync(new AcceptAppend(row.BatchId, row.CommandId, staged, actor));
            end = reply.Accepted ? AppendEnd.Taken : AppendEnd.NotTaken;
            if (!reply.Accepted)
            {
                throw new ProblemException(reply.AsProblem());
            }
        }
        finally
        {
            await rows.EndAsync(row, end);
        }
    }

    private static Append Edit(BatchRow batch)
    {
        var row = AppendRows.NewRow(batch.Id, batch.Number, Guid.NewGuid());
        row.Edits = true;
        return row;
    }

    private static StagedAppend Staged(Append row, LaneTally removed) => new(row.Id, row.BaseIndex, row.Revision, Count: 0, Lanes: [], Removed: removed.Lanes);

    private async Task<LaneTally> RemoveAsync(Append row, IReadOnlyCollection<int> indexes, CancellationToken cancellationToken)
    {
        var removed = new LaneTally();
        foreach (var chunk in indexes.Distinct().Chunk(ChunkIndexes))
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            var jobs = unit.Db.Jobs.Where(job => job.Batch == row.Batch && chunk.Contains(job.Index));
            if (await MarkAsync(unit.Db, row, jobs, removed, cancellationToken) < chunk.Length)
            {
                throw new ProblemException(Problems.JobNotFound());
            }

            await unit.CommitAsync(cancellationToken);
        }

        return removed;
    }

    private async Task<LaneTally> RemoveAllAsync(Append row, CancellationToken cancellationToken)
    {
        var removed = new LaneTally();
        await StagedRows.EachChunkAsync(store, row.Batch, from: 0, (db, jobs) => MarkAsync(db, row, jobs, removed, cancellationToken), cancellationToken);
        return removed;
    }

    // The revision before the append's sees these jobs; from the append's on nobody does.
    private async Task<int> MarkAsync(StoreDb db, Append row, IQueryable<Job> jobs, LaneTally removed, CancellationToken cancellationToken)
    {
        await rows.HoldAsync(db, row);
        var seen = jobs.Where(job => job.AddedRev < row.Revision && job.RemovedRev == null);
        var found = await seen.Select(job => new { job.Index, job.Namespace }).ToListAsync(cancellationToken);
        found.ForEach(job => removed.Add(job.Namespace, job.Index));
        return await seen.ExecuteUpdateAsync(set => set.SetProperty(job => job.RemovedRev, row.Revision), cancellationToken);
    }
}
