namespace BatchPlatform.Contracts;

/// <summary>A grant to run some jobs of one lane: sent to whichever worker is free.</summary>
/// <param name="SliceId">The slice's row.</param>
/// <param name="BatchId">The batch.</param>
/// <param name="Number">The batch's number.</param>
/// <param name="Run">The run.</param>
/// <param name="Epoch">The start that cut it.</param>
/// <param name="Namespace">The upstream.</param>
/// <param name="UpstreamVersion">Which definition of it to use.</param>
/// <param name="Concurrency">Calls at once, at most: the slice's share.</param>
/// <param name="CallsPerSecond">Calls a second, at most: the slice's share; 0 for no limit.</param>
/// <param name="StopOnJobError">Report a failure at once and begin nothing after it.</param>
/// <param name="MustAsk">Ask by a heartbeat before the first call: it was sent before.</param>
/// <param name="DeadlinesFrom">The jobs' own deadlines count from here, UTC.</param>
/// <param name="Deadline">Calls begun after this are DEADLINE_EXCEEDED.</param>
/// <param name="Jobs">The jobs, packed by <see cref="JobBlock"/>.</param>
/// <param name="Burst">Calls that need not wait for their turn in that rate: the slice's share of the upstream's burst.</param>
public sealed record RunSlice(
    Guid SliceId,
    Guid BatchId,
    long Number,
    int Run,
    int Epoch,
    string Namespace,
    int UpstreamVersion,
    int Concurrency,
    double CallsPerSecond,
    bool StopOnJobError,
    bool MustAsk,
    DateTime DeadlinesFrom,
    DateTime Deadline,
    byte[] Jobs,
    int Burst = 0);

/// <summary>What became of jobs of a slice. The last report of a slice gives it up.</summary>
/// <param name="SliceId">The slice.</param>
/// <param name="Number">The batch's number.</param>
/// <param name="Run">The run.</param>
/// <param name="WorkerId">Who held it.</param>
/// <param name="Last">Nothing of the slice is in hand after this: jobs without an outcome or a retry are handed back.</param>
/// <param name="Outcomes">The outcomes, packed by <see cref="OutcomeBlock"/>.</param>
/// <param name="Retries">Jobs to be tried again later.</param>
/// <param name="Closing">The upstream asked everybody to leave it alone.</param>
/// <param name="BusySeconds">How long the slice has been at work so far, for choosing the size of the next one.</param>
/// <param name="HandedBack">Of the last report: how many jobs no report of the slice named. Where more are open, an earlier report is still on its way.</param>
public sealed record ReportOutcomes(
    Guid SliceId,
    long Number,
    int Run,
    Guid WorkerId,
    bool Last,
    byte[] Outcomes,
    IReadOnlyList<RetryLater> Retries,
    UpstreamClosing? Closing,
    double BusySeconds,
    int? HandedBack = null);

/// <summary>An upstream's wish to be left alone.</summary>
/// <param name="Until">Until then, UTC; null when it did not say for how long.</param>
public sealed record UpstreamClosing(DateTime? Until);

/// <summary>Told to all workers: begin no more calls to an upstream for so long, hand its slices back.</summary>
/// <param name="Namespace">The upstream.</param>
/// <param name="Seconds">From hearing this; 0 for the slices in hand only.</param>
public sealed record LeaveUpstream(string Namespace, double Seconds);

/// <summary>One job that is to be tried again.</summary>
/// <param name="Index">The job.</param>
/// <param name="Attempt">The attempt that comes next, from 2.</param>
/// <param name="DueAt">Not before this, UTC.</param>
public sealed record RetryLater(int Index, int Attempt, DateTime DueAt);

/// <summary>A worker says that it lives and which slices it has; the first heartbeat for a slice makes the worker its only holder.</summary>
public sealed record Heartbeat(Guid WorkerId, IReadOnlyList<Guid> Slices);

/// <summary>Which of the slices named the worker holds; it must begin no call for any other.</summary>
public sealed record HeartbeatAnswer(IReadOnlyList<Guid> Held);

/// <summary>Told to all orchestrators: a worker is there and can run this many slices at once. Forgotten after 15 s.</summary>
public sealed record WorkerAnnounced(Guid WorkerId, int Slots);

/// <summary>Told to all workers by an orchestrator that has just started: announce yourselves now.</summary>
public sealed record AnnounceWorkers;

/// <summary>Told to all workers: begin no more jobs of this run's slices up to this epoch, hand them back.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Run">The run.</param>
/// <param name="Epoch">Slices cut under this epoch or an older one.</param>
/// <param name="Abort">Also end the calls in flight: the batch was deleted by force.</param>
public sealed record StopRun(Guid BatchId, int Run, int Epoch, bool Abort);

/// <summary>A worker asks for an upstream's definition; it holds no secrets, so it may be cached for ever.</summary>
public sealed record GetUpstream(string Namespace, int Version);

/// <summary>The definition asked for, or null when there is none of that version.</summary>
public sealed record UpstreamAnswer(Upstream? Definition);
