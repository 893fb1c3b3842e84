using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Keeps the rows of runs and lanes in step with the saga's transitions, in the same transaction.</summary>
internal sealed class RunBook(WorkUnit unit, DateTime now)
{
    private StoreDb Db => unit.Db;

    /// <summary>Begins a run of all jobs of the current revision.</summary>
    public async Task BeginAsync(Batch batch)
    {
        var run = Open(batch, root: batch.Run + 1, total: batch.Total);
        run.Canary = CanaryOf(batch, run);
        var end = await EndAsync(batch, run);
        foreach (var lane in batch.Lanes)
        {
            Db.Lanes.Add(NewLane(batch, run, lane.Namespace, cursor: lane.First, end));
        }
    }

    /// <summary>Goes on with a stopped run: what was handed back or never cut is cut again; one with every outcome settles at once, one whose canary is done waits for approval.</summary>
    public async Task ResumeAsync(Batch batch)
    {
        StartEpoch(batch);
        var run = await LockAsync(batch);
        run.Epoch = batch.Epoch;
        run.Failures = 0;
        run.Started = false;
        Ask(run, batch.Options);
        Sample(run);
        CountDeadlines(batch, run);

        // One that was approved has none any more.
        if (run.Canary > 0)
        {
            run.Canary = CanaryOf(batch, run);
            await ExtendLanesAsync(batch, run);
        }

        // Cancelled jobs count for a canary, too: others of it may not have run. They wait with the rest, not until the saga is told.
        var isHeld = CountedRun.Of(run).CanaryDone;
        await Lanes(batch).ExecuteUpdateAsync(lane => lane
            .SetProperty(l => l.Epoch, batch.Epoch)
            .SetProperty(l => l.Active, !batch.Paused && !isHeld));
        if (run.Completed + run.Failed == run.Total)
        {
            unit.Owe(new RunSettled(batch.CorrelationId, batch.Run, batch.Epoch, Failures: 0));
        }
        else if (isHeld)
        {
            unit.Owe(new RunHeld(batch.CorrelationId, batch.Run, batch.Epoch, PauseReasons.Canary));
        }
    }

    /// <summary>Begins a run of the failed jobs of the latest one: of those that the filter means.</summary>
    public async Task BeginRetryAsync(Batch batch, RetryFilter? only)
    {
        var failed = await LatestRun(batch).SingleAsync();
        var run = Open(batch, failed.Root, failed.Failed);
        run.Revision = failed.Revision;

        // The lanes of that run, not the batch's: a recurring batch's jobs may have changed since.
        foreach (var ns in await Db.Lanes.Where(lane => lane.Batch == batch.Number && lane.Run == failed.Number).Select(lane => lane.Namespace).ToListAsync())
        {
            var row = NewLane(batch, run, ns, cursor: batch.NextIndex, end: batch.NextIndex);
            row.RetryAt = now;
            Db.Lanes.Add(row);
        }

        var jobs = new RetriedJobs(Db, failed, run);
        await jobs.AddAsync(only, now);
        if (only is not null)
        {
            await jobs.KeepOthersAsync();
        }
    }

    /// <summary>Whether every job of the latest run has an outcome.</summary>
    public Task<bool> IsSettledAsync(Batch batch) => LatestRun(batch).AnyAsync(run => run.Completed + run.Failed == run.Total);

    /// <summary>Whether a job of the latest run failed that the filter means, and it is still known which.</summary>
    public async Task<bool> HasFailedJobsAsync(Batch batch, RetryFilter? only)
    {
        var run = await LatestRun(batch).AsNoTracking().SingleAsync();
        return run.Failed > 0 && run.ExpiredAt is null && (only is null || await FailedJobs.Of(Db, run, only).AnyAsync());
    }

    /// <summary>Jobs of the latest run without an outcome.</summary>
    public Task<int> OwedAsync(Batch batch) => LatestRun(batch).Select(run => run.Total - run.Completed - run.Failed).SingleAsync();

    /// <summary>Jobs of the latest run that failed.</summary>
    public Task<int> FailedAsync(Batch batch) => LatestRun(batch).Select(run => run.Failed).SingleAsync();

    /// <summary>Those of them that the filter means.</summary>
    public async Task<int> FailedAsync(Batch batch, RetryFilter only) =>
        await FailedJobs.Of(Db, await LatestRun(batch).AsNoTracking().SingleAsync(), only).CountAsync();

    /// <summary>Whether the latest run still has a reason to wait for approval: nobody approved since that was reported.</summary>
    public async Task<bool> IsHeldAsync(Batch batch)
    {
        var run = CountedRun.Of(await LatestRun(batch).AsNoTracking().SingleAsync());
        return run.CanaryDone || (run.BudgetSpent && run.BudgetPauses);
    }

    /// <summary>Cuts nothing more of the latest run.</summary>
    public Task HaltAsync(Batch batch) => Lanes(batch).ExecuteUpdateAsync(lane => lane.SetProperty(l => l.Active, false));

    /// <summary>Ends a pause of the platform's own: what it waited for is over. Whoever paused the batch himself still has it paused.</summary>
    public static void EndHold(Batch batch)
    {
        if (PauseReasons.IsOfRun(batch.PauseReason))
        {
            (batch.Paused, batch.PausedAt, batch.PauseReason) = (false, null, null);
        }
    }

    /// <summary>Cuts again after a pause; the time that the run waited is added to its deadline. Who ends the pause after a canary approves it.</summary>
    public async Task ReleaseAsync(Batch batch, DateTime since)
    {
        if (batch.CurrentState is not (nameof(BatchState.Committed) or nameof(BatchState.Running)))
        {
            return;
        }

        var run = await LockAsync(batch);
        var waited = now - (since > run.DeadlinesFrom ? since : run.DeadlinesFrom);
        run.DeadlinesFrom += waited;
        run.Deadline += waited;
        run.NextDeadline += waited;
        Sample(run);
        run.Canary = batch.PauseReason == PauseReasons.Canary ? 0 : run.Canary;
        var isHeld = CountedRun.Of(run).CanaryDone;
        await Lanes(batch).ExecuteUpdateAsync(lane => lane.SetProperty(l => l.Active, !isHeld));
        await ExtendLanesAsync(batch, run);
        if (isHeld)
        {
            unit.Owe(new RunHeld(batch.CorrelationId, batch.Run, batch.Epoch, PauseReasons.Canary));
        }
    }

    /// <summary>Lanes carry the priority for the dispatch; a change reaches a stopped run's lanes too.</summary>
    public Task UpdatePriorityAsync(Batch batch) =>
        Lanes(batch).ExecuteUpdateAsync(lane => lane.SetProperty(l => l.Priority, (int)batch.Options.Priority));

    private Run Open(Batch batch, int root, int total)
    {
        StartEpoch(batch);
        batch.Run++;
        var run = new Run
        {
            Batch = batch.Number,
            Number = batch.Run,
            BatchId = batch.CorrelationId,
            Tenant = batch.Tenant,
            Root = root,
            Epoch = batch.Epoch,
            Revision = batch.Revision,
            Total = total,
            CreatedAt = now,
        };
        CountDeadlines(batch, run);
        Ask(run, batch.Options);
        Db.Runs.Add(run);
        batch.CommittedAt = now;
        return run;
    }

    // What the batch asks of its run, and the trace of who asks; a start reads it anew.
    private static void Ask(Run run, BatchSettings options)
    {
        run.Trace = Traces.Context;
        run.StopOnJobError = options.StopOnJobError;
        run.BudgetRate = options.FailureBudget?.Rate ?? 0;
        run.BudgetMinimum = options.FailureBudget?.Minimum ?? 0;
        run.BudgetPauses = options.FailureBudget?.Then == BudgetSpent.Pause;
        run.RequestsPerSecond = options.Limits?.RequestsPerSecond ?? 0;
        run.Concurrency = options.Limits?.Concurrency ?? 0;
    }

    private void CountDeadlines(Batch batch, Run run)
    {
        run.DeadlinesFrom = now;
        run.Deadline = now.AddSeconds(batch.Options.DeadlineSeconds);
        var first = now.AddSeconds(batch.ShortestDeadlineSeconds);
        run.NextDeadline = batch.ShortestDeadlineSeconds > 0 && first < run.Deadline ? first : run.Deadline;
    }

    private static void Sample(Run run) => (run.SampledFrom, run.FailedBefore) = (run.Seq, run.Failed);

    // The first index that is not for the run to cut: while it has a canary, the one after that many jobs. A recurring batch
    // has gaps where jobs were removed, so jobs are counted there, not indexes.
    private async Task<int> EndAsync(Batch batch, Run run)
    {
        if (run.Canary == 0)
        {
            return batch.NextIndex;
        }

        return batch.Revision == 1 ? run.Canary : 1 + await Db.Jobs
            .Where(job => job.Batch == batch.Number && job.AddedRev <= run.Revision && (job.RemovedRev == null || job.RemovedRev > run.Revision))
            .OrderBy(job => job.Index)
            .Skip(run.Canary - 1)
            .Select(job => job.Index)
            .FirstAsync();
    }

    private async Task ExtendLanesAsync(Batch batch, Run run)
    {
        var end = await EndAsync(batch, run);
        await Lanes(batch).ExecuteUpdateAsync(lane => lane
            .SetProperty(l => l.Open, l => l.Cursor < end)
            .SetProperty(l => l.End, end));
    }

    private static int CanaryOf(Batch batch, Run run) => batch.Options.CanaryJobs < run.Total ? batch.Options.CanaryJobs : 0;

    private void StartEpoch(Batch batch)
    {
        EndHold(batch);
        batch.Epoch++;
        batch.StartedAt = null;
        batch.EndedAt = null;
        batch.UpdatedAt = now;
    }

    private static Lane NewLane(Batch batch, Run run, string ns, int cursor, int end) => new()
    {
        Batch = batch.Number,
        Run = run.Number,
        Namespace = ns,
        BatchId = batch.CorrelationId,
        Tenant = batch.Tenant,
        Priority = (int)batch.Options.Priority,
        Epoch = batch.Epoch,
        Revision = run.Revision,
        Cursor = cursor,
        End = end,
        Active = !batch.Paused,
        Open = cursor < end,
    };

    private async Task<Run> LockAsync(Batch batch)
    {
        var run = (await RunRow.LockAsync(Db, batch.Number, batch.Run, CancellationToken.None))!;
        Db.Attach(run);
        return run;
    }

    private IQueryable<Run> LatestRun(Batch batch) => Db.Runs.Where(run => run.Batch == batch.Number && run.Number == batch.Run);

    private IQueryable<Lane> Lanes(Batch batch) => Db.Lanes.Where(lane => lane.Batch == batch.Number && lane.Run == batch.Run);
}
