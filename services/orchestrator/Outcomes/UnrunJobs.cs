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
    private List<Slice> _slices = [];

    private StoreDb Db => unit.Db;

    /// <summary>The run, locked until the commit together with its slices and lanes; null when it is gone.</summary>
    /// <exception cref="DbUpdateConcurrencyException">A slice was cut meanwhile; worth another try.</exception>
    public async Task<Run?> LockAsync(long batch, int number)
    {
        _slices = await Db.UpdateReturningAsync<Slice>($"UPDATE slices SET remaining = remaining", $"batch = {batch} AND run = {number}", cancellationToken);
        Db.AttachRange(_slices);
        var locked = await RunRow.LockAsync(Db, batch, number, cancellationToken);
        await Db.Lanes
            .Where(lane => lane.Batch == batch && lane.Run == number)
            .ExecuteUpdateAsync(lane => lane.SetProperty(l => l.Gaps, true), cancellationToken);
        if (await Db.Slices.CountAsync(slice => slice.Batch == batch && slice.Run == number, cancellationToken) > _slices.Count)
        {
            throw new DbUpdateConcurrencyException("A slice of the run was cut meanwhile.");
        }

        return locked;
    }

    /// <summary>Whether a worker has the job, or may have it.</summary>
    public bool IsOut(int index) => _slices.Exists(slice => slice.State != SliceState.Returned && slice.Jobs.Contains(index));

    /// <summary>The run's jobs from <paramref name="from"/> on that have no outcome, in order of index.</summary>
    public Task<List<UnrunJob>> OpenAsync(Run run, int from, int atMost) => FirstAsync(run, Open(run, from), atMost);

    /// <summary>Of these, those whose deadline has passed.</summary>
    public Task<List<UnrunJob>> LateAsync(Run run, int from, int atMost)
    {
        var elapsed = Elapsed(run);
        return FirstAsync(run, run.Deadline < unit.Now ? Open(run, from) : Open(run, from).Where(job => job.DeadlineSeconds <= elapsed), atMost);
    }

    /// <summary>Notes when the locked run's late jobs are to be looked for again: at its next deadline, or after a while when a worker still has some.</summary>
    /// <param name="run">The run, of whose late jobs those that no worker has are failed.</param>
    /// <param name="again">When at the latest, if a worker has some.</param>
    public async Task NoteNextDeadlineAsync(Run run, DateTime? again)
    {
        var elapsed = Elapsed(run);
        var next = await Db.Jobs.Where(job => job.Batch == run.Batch && job.DeadlineSeconds > elapsed).MinAsync(job => job.DeadlineSeconds, cancellationToken);
        var own = next is { } seconds ? run.DeadlinesFrom.AddSeconds(seconds) : run.Deadline;
        var at = own < run.Deadline ? own : run.Deadline;
        at = again is { } late && (at <= unit.Now || late < at) ? late : at;
        await Db.Runs.Where(row => row.Batch == run.Batch && row.Number == run.Number).ExecuteUpdateAsync(row => row.SetProperty(r => r.NextDeadline, at), cancellationToken);
    }

    private int Elapsed(Run run) => (int)(unit.Now - run.DeadlinesFrom).TotalSeconds;

    private IQueryable<Job> Open(Run run, int from)
    {
        var jobs = Db.Jobs.Where(job => job.Batch == run.Batch && job.Index >= from && job.AddedRev <= run.Revision && (job.RemovedRev == null || job.RemovedRev > run.Revision));
        if (run.Root != run.Number)
        {
            // A retry is of the jobs that failed in the run before it.
            jobs = jobs.Where(job => Db.Outcomes.Any(outcome =>
                outcome.Batch == run.Batch && outcome.Run == run.Number - 1 && outcome.Index == job.Index && outcome.State == JobState.Failed));
        }

        return jobs.Where(job => !Db.Outcomes.Any(outcome => outcome.Batch == run.Batch && outcome.Run == run.Number && outcome.Index == job.Index));
    }

    // With the attempts that were made of each, as far as its row tells; of one in a worker's hands the current one may be made. Who has no
    // entry is at his first.
    private async Task<List<UnrunJob>> FirstAsync(Run run, IQueryable<Job> jobs, int atMost)
    {
        var found = await jobs.OrderBy(job => job.Index).Take(atMost).Select(job => new { job.Index, job.Namespace }).ToListAsync(cancellationToken);
        var indexes = found.ConvertAll(job => job.Index);
        var next = await Db.Retries
            .Where(retry => retry.Batch == run.Batch && retry.Run == run.Number && indexes.Contains(retry.Index))
            .ToDictionaryAsync(retry => retry.Index, retry => retry.Attempt, cancellationToken);
        foreach (var (index, attempt) in _slices.SelectMany(slice => slice.Jobs.Each()).Where(job => job.Attempt > 1))
        {
            next.TryAdd(index, attempt);
        }

        return found.ConvertAll(job => new UnrunJob(job.Index, job.Namespace, next.GetValueOrDefault(job.Index, 1) - 1));
    }

    /// <summary>Fails the jobs, which must be open, of the locked run.</summary>
    public async Task FailAsync(Run run, IReadOnlyList<(UnrunJob Job, string Code, string Message)> jobs)
    {
        var indexes = jobs.Select(each => each.Job.Index).ToList();
        foreach (var slice in _slices)
        {
            slice.Remaining -= indexes.Count(slice.Jobs.Contains);

            // Nobody reports a slice that was handed back: without jobs left to cut it would stay for ever.
            if (slice is { State: SliceState.Returned, Remaining: <= 0 })
            {
                Db.Slices.Remove(slice);
            }
        }

        await Db.SaveChangesAsync(cancellationToken);
        await Db.Retries
            .Where(retry => retry.Batch == run.Batch && retry.Run == run.Number && indexes.Contains(retry.Index))
            .ExecuteDeleteAsync(cancellationToken);
        await ledger.StoreAsync(unit, run.Tenant, run.Batch, run.Number, [.. jobs.Select(each => Failed(each.Job, each.Code, each.Message))], cancellationToken);
    }

    private PackedOutcome Failed(UnrunJob job, string code, string message) =>
        new(job.Index, Completed: false, StatusCode: 0, code, message, job.Attempts, DurationMs: 0, unit.Now, Response: default);
}

/// <summary>A job without an outcome, and how many attempts were made of it.</summary>
internal sealed record UnrunJob(int Index, string Namespace, int Attempts);
