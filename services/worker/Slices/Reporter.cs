using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using MassTransit;

namespace BatchPlatform.Worker.Slices;

/// <summary>
/// Tells the orchestrators what became of a slice's jobs: in reports of bounded size, in order, none later than the report period
/// after its oldest job ended. A report that the broker does not take is sent again until it does, or the slice is lost.
/// </summary>
internal sealed partial class Reporter(
    HeldSlice slice,
    int jobs,
    ISendEndpointProvider bus,
    Guid worker,
    WorkerOptions options,
    TimeProvider time,
    ILogger logger) : IAsyncDisposable
{
    // What an outcome takes in a report besides its response and message.
    private const int OutcomeBytes = 64;
    private static readonly Uri Orchestrators = new($"exchange:{Queues.Outcomes}");
    private static readonly TimeSpan SendAgain = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private List<PackedOutcome> _outcomes = [];
    private List<RetryLater> _retries = [];
    private int _bytes;
    private int _unnamed = jobs;
    private UpstreamClosing? _closing;
    private ITimer? _timer;
    private Task _sent = Task.CompletedTask;

    /// <summary>Takes an outcome; waits while the report it does not fit into is on its way.</summary>
    public async ValueTask AddAsync(PackedOutcome outcome)
    {
        while (!TryAdd(outcome))
        {
            await SendAsync();
        }
    }

    /// <summary>Takes a job that is to be tried again.</summary>
    public void Add(RetryLater retry)
    {
        lock (_lock)
        {
            StartTimer();
            _retries.Add(retry);
        }
    }

    /// <summary>The upstream wants to be left alone; the last report says so, with the latest end that was named.</summary>
    public void Close(UpstreamClosing closing)
    {
        lock (_lock)
        {
            _closing = _closing?.Until is { } known && !(closing.Until > known) ? _closing : closing;
        }
    }

    /// <summary>Reports what there is, after what is already on its way.</summary>
    public Task SendAsync() => SendAsync(last: false);

    /// <summary>Sends the last report: jobs that no report named are handed back by it.</summary>
    public Task FinishAsync() => SendAsync(last: true);

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    private bool TryAdd(PackedOutcome outcome)
    {
        var size = OutcomeBytes + outcome.Response.Length + (outcome.ErrorMessage?.Length ?? 0);
        lock (_lock)
        {
            if (_outcomes.Count > 0 && _bytes + size > options.ReportBytes)
            {
                return false;
            }

            StartTimer();
            _outcomes.Add(outcome);
            _bytes += size;
            return true;
        }
    }

    // Counts from the oldest job that is not reported yet.
    private void StartTimer()
    {
        if (_outcomes.Count == 0 && _retries.Count == 0)
        {
            _timer ??= time.CreateTimer(_ => _ = SendAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(options.ReportPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task SendAsync(bool last)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await Interlocked.Exchange(ref _sent, done.Task);
            if (TakeReport(last) is { } report)
            {
                await DeliverAsync(report);
            }
        }
        finally
        {
            done.SetResult();
        }
    }

    private ReportOutcomes? TakeReport(bool last)
    {
        List<PackedOutcome> outcomes;
        List<RetryLater> retries;
        lock (_lock)
        {
            (outcomes, _outcomes) = (_outcomes, []);
            (retries, _retries) = (_retries, []);
            _bytes = 0;
            _unnamed -= outcomes.Count + retries.Count;
        }

        if (!last && outcomes.Count == 0 && retries.Count == 0)
        {
            return null;
        }

        var grant = slice.Grant;
        return new ReportOutcomes(
            grant.SliceId, grant.Number, grant.Run, worker, last, OutcomeBlock.Pack(outcomes), retries,
            last ? _closing : null, slice.Age.TotalSeconds, last ? _unnamed : null);
    }

    private async Task DeliverAsync(ReportOutcomes report)
    {
        while (!slice.Lost)
        {
            try
            {
                var endpoint = await bus.GetSendEndpoint(Orchestrators);
                await endpoint.Send(report).OrTimeoutAsync(time);
                return;
            }
            catch (Exception error) when (!slice.Aborted.IsCancellationRequested)
            {
                // The calls were made: their outcomes are worth waiting for the broker.
                Log.NotTaken(logger, report.SliceId, error);
                await Task.Delay(SendAgain, time, slice.Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error)
            {
                Log.GivenUp(logger, report.SliceId, error);
                return;
            }
        }

        Log.Lost(logger, report.SliceId);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The broker did not take a report of slice {Slice}; trying again")]
        public static partial void NotTaken(ILogger logger, Guid slice, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "The broker did not take a report of slice {Slice} before the worker's end; its jobs will run again")]
        public static partial void GivenUp(ILogger logger, Guid slice, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Slice {Slice} is not held any more; nothing of it is reported")]
        public static partial void Lost(ILogger logger, Guid slice);
    }
}
