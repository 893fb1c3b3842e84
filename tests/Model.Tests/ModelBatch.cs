using BatchPlatform.Contracts;

namespace BatchPlatform.Model.Tests;

/// <summary>What a batch was made with.</summary>
internal sealed record Creation(
    int Jobs, bool Commit, bool Recurring, bool StopOnError, int Canary, bool Budget, bool BudgetPauses, OverlapPolicy? Overlap)
{
    public const double BudgetRate = 0.5;
    public const int BudgetMinimum = 2;
}

/// <summary>
/// The lifecycle as the design tells it, in memory and without time: what each command answers (null: accepted) and what a
/// batch looks like once everything that follows from it has happened.
/// </summary>
internal sealed partial class ModelBatch
{
    private readonly Creation _made;
    private readonly bool _recurring;
    private bool _stopOnError;
    private int _epoch;
    private Pausing _pausing;

    public ModelBatch(Creation made)
    {
        _made = made;
        _recurring = made.Recurring || made.Overlap is not null;
        _stopOnError = made.StopOnError;
        Total = made.Jobs;
        Deleted = made is { Commit: true, Jobs: 0 };
        if (made.Commit && !Deleted)
        {
            BeginRun(Enumerable.Range(0, Total), canary: true);
        }
    }

    public bool Deleted { get; private set; }

    public BatchState State { get; private set; } = BatchState.Created;

    public int Total { get; private set; }

    public bool Paused => _pausing != Pausing.No;

    public List<ModelRun> Runs { get; } = [];

    public int Fires { get; private set; }

    public bool FireQueued { get; private set; }

    /// <summary>What must be announced: state, run and epoch.</summary>
    public HashSet<(BatchState State, int Run, int Epoch)> Announced { get; } = [];

    public ModelRun? Run => Runs.LastOrDefault();

    public bool HasSchedule => _made.Overlap is not null;

    private bool Going => State is BatchState.Committed or BatchState.Running;

    public string? Append(int jobs, bool outdated) => Unless(ErrorCodes.BatchAlreadyCommitted, State != BatchState.Created && !(_recurring && !Going), () =>
    {
        Total += outdated ? 0 : jobs;
        return outdated ? ErrorCodes.AppendOutdated : null;
    });

    public string? Patch(bool stopOnError) => Unless(ErrorCodes.BatchRunning, Going, () =>
    {
        _stopOnError = stopOnError;
        return null;
    });

    public string? PatchDocument() => Unless(code: null, refused: false, () => null);

    public string? Commit() => Unless(ErrorCodes.BatchAlreadyCommitted, State != BatchState.Created, BeginAll);

    public string? Start() => Unless(ErrorCodes.BatchRunning, Going, State == BatchState.Stopped && !(_recurring && Run!.IsSettled) ? Resume : BeginAll);

    public string? Stop() => Unless(ErrorCodes.BatchNotRunning, State is BatchState.Created or BatchState.Finished, () =>
    {
        if (Going)
        {
            FireQueued = false;
            Halt();
        }

        return null;
    });

    public string? RetryFailed() => Unless(ErrorCodes.BatchRunning, Going, () =>
    {
        if (Run is null || !Run.IsSettled)
        {
            return ErrorCodes.RunUnfinished;
        }

        var failed = Run.Ended.Where(job => !job.Value).Select(job => job.Key).ToList();
        if (failed.Count == 0)
        {
            return ErrorCodes.NothingToRetry;
        }

        BeginRun(failed, canary: false);
        return null;
    });

    public string? Pause() => Unless(code: null, refused: false, () =>
    {
        _pausing = Pausing.ByClient;
        return null;
    });

    public string? Unpause() => Unless(code: null, refused: false, () =>
    {
        var approved = _pausing == Pausing.AfterCanary;
        var released = Paused && Going;
        _pausing = Pausing.No;
        if (released)
        {
            Run!.Sample();
            Run.Canary = approved ? 0 : Run.Canary;
            Hold(Run.IsCanaryDone, Pausing.AfterCanary);
        }

        Send();
        return null;
    });

    public string? Delete(bool force) => Unless(ErrorCodes.BatchRunning, Going && !force, () =>
    {
        Deleted = true;
        return null;
    });

    /// <summary>Not by the lifecycle: of a batch that is gone, or has never run, there is nothing to cancel.</summary>
    public string? Cancel(int job)
    {
        if (Deleted || Run is null)
        {
            return ErrorCodes.BatchNotRunning;
        }

        if (!Run.Jobs.Contains(job) || Run.Ended.ContainsKey(job))
        {
            return ErrorCodes.JobEnded;
        }

        End(Run, [(job, false)]);
        return null;
    }

    public void Fire()
    {
        if (Deleted || !HasSchedule)
        {
            return;
        }

        Fires++;
        if (!Going)
        {
            FireOnce();
        }
        else if (_made.Overlap == OverlapPolicy.Queue)
        {
            FireQueued = true;
        }
        else if (_made.Overlap == OverlapPolicy.Stop)
        {
            Halt();
            FireOnce();
        }
    }

    /// <summary>A worker says that it has jobs of the run.</summary>
    public void Seen(ModelRun run)
    {
        if (run == Run && Going && !run.Started)
        {
            run.Started = true;
            State = BatchState.Running;
        }
    }

    /// <summary>Jobs that a worker had come back without an outcome.</summary>
    public void HandBack(ModelRun run)
    {
        run.Out.Clear();
        Send();
    }

    /// <summary>Jobs that a worker had are to be tried again.</summary>
    public void TryAgain(ModelRun run, IEnumerable<int> jobs)
    {
        run.Out.ExceptWith(jobs);
        Send();
    }

    /// <summary>One report's outcomes. Those of a run that is not the current one any more are stored, and move nothing.</summary>
    public void End(ModelRun run, IReadOnlyList<(int Job, bool Completed)> outcomes)
    {
        foreach (var (job, completed) in outcomes)
        {
            run.End(job, completed);
        }

        if (run != Run || !Going || Deleted)
        {
            return;
        }

        if (run.IsSettled)
        {
            Settle();
            return;
        }

        Seen(run);
        if (outcomes.Any(outcome => !outcome.Completed) && _stopOnError)
        {
            Fail();
        }
        else if (run.IsOverBudget(_made) && !_made.BudgetPauses)
        {
            Fail();
        }
        else
        {
            Hold(run.IsOverBudget(_made), Pausing.OverBudget);
            Hold(run.IsCanaryDone, Pausing.AfterCanary);
        }
    }

    // Who paused before keeps his reason.
    private void Hold(bool hasReason, Pausing reason) => _pausing = hasReason && !Paused ? reason : _pausing;

    // The platform's own pauses are of one run.
    private void EndHold() => _pausing = _pausing == Pausing.ByClient ? _pausing : Pausing.No;

    private enum Pausing
    {
        No,
        ByClient,
        AfterCanary,
        OverBudget,
    }

    private string? Unless(string? code, bool refused, Func<string?> accepted) => Deleted ? ErrorCodes.BatchNotFound : refused ? code : accepted();
}
