using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>
/// Derives the states of a batch's jobs from what there is of them: an outcome, else a retry, else a place in a slice
/// that was sent. Slices are read first and the rest after them, so that a job on its way from one to the other is seen.
/// </summary>
internal sealed class JobStates
{
    private readonly StoreDb _db;
    private readonly BatchRef _batch;

    private JobStates(StoreDb db, BatchRef batch, IReadOnlyList<Run> runs, IReadOnlyList<LiveSlice> slices)
    {
        _db = db;
        _batch = batch;
        Runs = runs;
        Slices = slices;
    }

    /// <summary>The latest run of all jobs and its retries; empty before the first run.</summary>
    public IReadOnlyList<Run> Runs { get; }

    /// <summary>The latest run's slices that were sent; no more than the workers have room for.</summary>
    public IReadOnlyList<LiveSlice> Slices { get; }

    public static async Task<JobStates> LoadAsync(StoreDb db, BatchRef batch, CancellationToken cancellationToken)
    {
        // Of a run whose outcomes have expired nothing is known: its jobs are as if they had not run.
        var runs = (await batch.LatestRunsAsync(db, cancellationToken)).Where(run => run.ExpiredAt is null).ToList();
        var slices = await db.Slices
            .Where(slice => slice.Batch == batch.Number && slice.Run == batch.Run && slice.State != SliceState.Returned)
            .Select(slice => new LiveSlice(slice.State == SliceState.Taken ? JobState.Processing : JobState.Queued, slice.Jobs))
            .ToListAsync(cancellationToken);
        return new JobStates(db, batch, runs, slices);
    }

    /// <summary>The outcomes that count: completed ones of each run, and all of the last.</summary>
    public IQueryable<Outcome> Outcomes()
    {
        var runs = Runs.Select(run => run.Number).ToArray();
        return _db.Outcomes.Where(outcome =>
            outcome.Batch == _batch.Number && runs.Contains(outcome.Run) && (outcome.Run == _batch.Run || outcome.State == JobState.Completed));
    }

    /// <summary>Whether a job that was added or edited under this revision is not the one that the run had at its index.</summary>
    public bool IsNewer(int addedRev) => Runs.Count == 0 || addedRev > Runs[^1].Revision;

    /// <summary>These jobs with their states, in the order given.</summary>
    public async Task<IReadOnlyList<JobView>> ViewAsync(IReadOnlyList<Job> jobs, CancellationToken cancellationToken)
    {
        var indexes = jobs.Select(job => job.Index).ToArray();
        var outcomes = await Outcomes().Where(outcome => indexes.Contains(outcome.Index)).Select(outcome => new Ending(
            outcome.Index, outcome.State, outcome.StatusCode, outcome.ErrorCode, outcome.ErrorMessage, outcome.Attempts, outcome.CompletedAt))
            .ToDictionaryAsync(outcome => outcome.Index, cancellationToken);
        var retries = await _db.Retries
            .Where(retry => retry.Batch == _batch.Number && retry.Run == _batch.Run && indexes.Contains(retry.Index))
            .ToDictionaryAsync(retry => retry.Index, cancellationToken);
        return [.. jobs.Select(job => View(job, outcomes.GetValueOrDefault(job.Index), retries.GetValueOrDefault(job.Index)))];
    }

    private JobView View(Job job, Ending? outcome, Retry? retry)
    {
        var view = new JobView
        {
            Index = job.Index,
            CustomId = job.CustomId,
            Namespace = job.Namespace,
            Action = job.Action,
            Params = job.Params,
            DeadlineSeconds = job.DeadlineSeconds,
            State = JobState.Pending,
        };

        if (IsNewer(job.AddedRev))
        {
            return view;
        }

        if (outcome is not null)
        {
            return outcome.Of(view);
        }

        return retry is not null ? view with { Attempts = retry.Attempt - 1 } : InSlice(view);
    }

    private JobView InSlice(JobView view)
    {
        foreach (var slice in Slices)
        {
            foreach (var range in slice.Jobs.Ranges)
            {
                if (range.First <= view.Index && view.Index <= range.Last)
                {
                    return view with { State = slice.State, Attempts = range.Attempt - 1 };
                }
            }
        }

        return view;
    }

    /// <summary>A slice that was sent.</summary>
    /// <param name="State">What its jobs are, unless they have an outcome or a retry.</param>
    /// <param name="Jobs">Its jobs.</param>
    internal sealed record LiveSlice(JobState State, SliceJobs Jobs);

    // An outcome without its response, which may be large and which nobody here reads.
    private sealed record Ending(int Index, JobState State, int StatusCode, string? ErrorCode, string? ErrorMessage, int Attempts, DateTime CompletedAt)
    {
        public JobView Of(JobView job) => job with
        {
            State = State,
            Attempts = Attempts,
            StatusCode = StatusCode == 0 ? null : StatusCode,
            Error = ErrorCode is null ? null : new JobError(ErrorCode, ErrorMessage),
            CompletedAt = CompletedAt,
        };
    }
}
