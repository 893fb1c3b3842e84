using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>
/// Gives outcomes to jobs that no worker is to run: cancelled ones, and those past their deadline. The run's row is
/// locked first, so no report of it comes in between; what a worker says of such a job later is dropped.
/// </summary>
internal sealed class UnrunJobs(WorkUnit unit, OutcomeLedger ledger, CancellationToken cancellationToken)
{
    private StoreDb Db => unit.Db;

    /// <summary>The run, locked until the commit; null when it is gone.</summary>
    public async Task<Run?> LockAsync(long batch, int number)
    {
        var locked = await Db.Runs
            .FromSql($"UPDATE runs SET seq = seq WHERE batch = {batch} AND number = {number} RETURNING *")
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        return locked.SingleOrDefault();
    }

    /// <summary>The run's jobs from <paramref name="from"/> on that have no outcome, in order of index.</summary>
    public Task<List<UnrunJob>> OpenAsync(Run run, int from, int atMost)
    {
        var jobs = Db.Jobs.Where(job => job.Batch == run.Batch && job.Index >= from && job.AddedRev <= run.Revision && (job.RemovedRev == null || job.RemovedRev > run.Revision));
        if (run.Root != run.Number)
        {
            // A retry is of the jobs that failed in the run before it.
            jobs = jobs.Where(job => Db.Outcomes.Any(outcome =>
                outcome.Batch == run.Batch && outcome.Run == run.Number - 1 && outcome.Index == job.Index && outcome.State == JobState.Failed));
        }

        return jobs
            .Where(job => !Db.Outcomes.Any(outcome => outcome.Batch == run.Batch && outcome.Run == run.Number && outcome.Index == job.Index))
            .OrderBy(job => job.Index)
            .Take(atMost)
            .Select(job => new UnrunJob(job.Index, job.Namespace))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Fails the jobs, which must be open, of the locked run.</summary>
    public async Task FailAsync(Run run, IReadOnlyList<(int Index, string Code, string Message)> jobs)
    {
        var indexes = jobs.Select(job => job.Index).ToList();
        await Db.Lanes
            .Where(lane => lane.Batch == run.Batch && lane.Run == run.Number)
            .ExecuteUpdateAsync(lane => lane.SetProperty(l => l.Gaps, true), cancellationToken);
        await ledger.StoreAsync(unit, run.Batch, run.Number, [.. jobs.Select(job => Failed(job.Index, job.Code, job.Message))], cancellationToken);
        await Db.Retries
            .Where(retry => retry.Batch == run.Batch && retry.Run == run.Number && indexes.Contains(retry.Index))
            .ExecuteDeleteAsync(cancellationToken);
        await RemoveEmptiedSlicesAsync(run);
    }

    // Nobody reports a slice that was handed back: without jobs left to cut it would stay for ever.
    private async Task RemoveEmptiedSlicesAsync(Run run)
    {
        var returned = await Db.Slices.Where(slice => slice.Batch == run.Batch && slice.Run == run.Number && slice.State == SliceState.Returned).ToListAsync(cancellationToken);
        foreach (var slice in returned)
        {
            var jobs = slice.Jobs.Each().Select(job => job.Index).ToList();
            var ended = await SliceProgress.EndedAsync(Db, run.Batch, run.Number, jobs, cancellationToken);
            if (ended.Count == jobs.Count)
            {
                Db.Slices.Remove(slice);
            }
        }
    }

    private PackedOutcome Failed(int index, string code, string message) =>
        new(index, Completed: false, StatusCode: 0, code, message, Attempts: 0, DurationMs: 0, unit.Now, Response: default);
}

/// <summary>A job without an outcome.</summary>
internal sealed record UnrunJob(int Index, string Namespace);
