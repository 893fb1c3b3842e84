using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams;

namespace BatchPlatform.Worker.Slices;

/// <summary>Runs the jobs of one slice within its grant: so many at once, so many a second, none that may not begin.</summary>
#pragma warning disable CA1001 // The semaphore's wait handle is never asked for, so there is nothing to dispose of.
internal sealed partial class SliceRun(
    HeldSlice slice,
    IReadOnlyList<PackedJob> jobs,
    LoadedUpstream upstream,
    Reporter reporter,
    WorkerMetrics metrics,
    TimeProvider time,
    ILogger logger)
#pragma warning restore CA1001
{
    private readonly RunSlice _grant = slice.Grant;
    private readonly SemaphoreSlim _pace = new(1, 1);
    private TimeSpan _last;
    private int _taken;

    /// <summary>Completes when every job that was begun has ended and is with the reporter.</summary>
    public Task RunAsync()
    {
        // A runner whose calls complete at once drains the slice before the next one looks.
        var runners = new Task[Math.Min(Math.Max(1, _grant.Concurrency), jobs.Count)];
        for (var i = 0; i < runners.Length; i++)
        {
            runners[i] = RunJobsAsync();
        }

        return Task.WhenAll(runners);
    }

    private async Task RunJobsAsync()
    {
        while (Interlocked.Increment(ref _taken) - 1 is var place && place < jobs.Count && await MayBeginAsync(place))
        {
            await RunJobAsync(jobs[place]);
        }
    }

    /// <summary>Waits for the turn of the slice's call number <paramref name="place"/>.</summary>
    private async ValueTask<bool> MayBeginAsync(int place)
    {
        // A burst is granted on top of the rate: its calls need no turn.
        if (_grant.CallsPerSecond > 0 && place >= _grant.Burst)
        {
            await _pace.WaitAsync();
            try
            {
                await TakeTurnAsync(DeadlineOf(jobs[place]));
            }
            finally
            {
                _pace.Release();
            }
        }

        return slice.MayBegin;
    }

    // A call comes one interval after the one before it began, never earlier to make up for one that was late: so that
    // the upstream sees no more calls in any second than the slice was granted, and the first leaves room for the last of
    // the slice before.
    private async Task TakeTurnAsync(DateTime deadline)
    {
        while (WaitFor(deadline) is var wait && wait > TimeSpan.Zero && slice.MayBegin)
        {
            // Timers count whole milliseconds: rounded up, so that no call is early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, slice.Halted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _last = slice.Age;
    }

    // A job that would miss the deadline need not wait for its turn to be told so.
    private TimeSpan WaitFor(DateTime deadline)
    {
        var turn = _last + TimeSpan.FromSeconds(1 / _grant.CallsPerSecond) - slice.Age;
        var left = deadline - time.GetUtcNow().UtcDateTime;
        return turn < left ? turn : left;
    }

    private DateTime DeadlineOf(PackedJob job)
    {
        var own = job.DeadlineSeconds > 0 ? _grant.DeadlinesFrom.AddSeconds(job.DeadlineSeconds) : _grant.Deadline;
        return own < _grant.Deadline ? own : _grant.Deadline;
    }

    private async ValueTask RunJobAsync(PackedJob job)
    {
        var begun = time.GetTimestamp();
        var end = time.GetUtcNow().UtcDateTime < DeadlineOf(job)
            ? await CallAsync(job)
            : CallEnd.NotMade(ErrorCodes.DeadlineExceeded, "The deadline passed before the job could begin.");
        metrics.JobEnded(_grant.Namespace, end, time.GetElapsedTime(begun));
        switch (end.Fate)
        {
            case CallFate.Aborted:
                break;
            case CallFate.UpstreamClosed:
                slice.Halt();
                reporter.Close(end.Closing!);
                break;
            case CallFate.Failed when end.Repeatable && job.Attempt < upstream.RetryOf(job).Attempts:
                reporter.Add(new RetryLater(job.Index, job.Attempt + 1, Backoff.DueAt(upstream.RetryOf(job), job.Attempt, time)));
                break;
            default:
                await ReportAsync(job, end, time.GetElapsedTime(begun));
                break;
        }
    }

    private async ValueTask<CallEnd> CallAsync(PackedJob job)
    {
        try
        {
            return await upstream.Executor.ExecuteAsync(_grant, job, slice.Aborted);
        }
        catch (Exception error)
        {
            // One job that we cannot handle must not take the others of its slice down.
            Log.Unexpected(logger, _grant.SliceId, job.Index, error);
            return CallEnd.Failed(ErrorCodes.InternalError, "The platform could not run this job.");
        }
    }

    private async ValueTask ReportAsync(PackedJob job, CallEnd end, TimeSpan duration)
    {
        var stop = end.Fate == CallFate.Failed && _grant.StopOnJobError;
        if (stop)
        {
            slice.Halt();
        }

        await reporter.AddAsync(new PackedOutcome(
            job.Index,
            end.Fate == CallFate.Completed,
            end.StatusCode,
            end.ErrorCode,
            end.ErrorMessage,
            end.WasMade ? job.Attempt : job.Attempt - 1,
            (int)duration.TotalMilliseconds,
            time.GetUtcNow().UtcDateTime,
            end.Response));
        if (stop)
        {
            await reporter.SendAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Job {Index} of slice {Slice} failed with INTERNAL_ERROR")]
        public static partial void Unexpected(ILogger logger, Guid slice, int index, Exception error);
    }
}
