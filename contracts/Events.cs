using MassTransit;

namespace BatchPlatform.Contracts;

/// <summary>What happened to a run; the saga ignores it when the epoch is not the batch's own any more.</summary>
[ExcludeFromTopology]
public interface IRunEvent
{
    /// <summary>The batch.</summary>
    Guid BatchId { get; }

    /// <summary>The run, from 1.</summary>
    int Run { get; }

    /// <summary>The start to which this belongs; each start raises it.</summary>
    int Epoch { get; }
}

/// <summary>A worker picked up the first slice of the run since its start.</summary>
public sealed record RunStarted(Guid BatchId, int Run, int Epoch) : IRunEvent;

/// <summary>Every job of the run has an outcome.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Run">The run.</param>
/// <param name="Epoch">The start.</param>
/// <param name="Failures">Jobs that failed since that start.</param>
public sealed record RunSettled(Guid BatchId, int Run, int Epoch, int Failures) : IRunEvent;

/// <summary>A job failed in a run whose batch asked to stop on that, or the batch's failure budget is spent.</summary>
public sealed record RunFailing(Guid BatchId, int Run, int Epoch) : IRunEvent;

/// <summary>A run is to wait for somebody's approval: its canary is done, or its failure budget spent.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Run">The run.</param>
/// <param name="Epoch">The start.</param>
/// <param name="Reason">Told to the client.</param>
public sealed record RunHeld(Guid BatchId, int Run, int Epoch, string Reason) : IRunEvent;

/// <summary>Nothing of a stopped run is in a worker's hands any more, or the time to wait for it is over.</summary>
public sealed record RunQuiesced(Guid BatchId, int Run, int Epoch) : IRunEvent;

/// <summary>The schedule of a batch says that it runs now.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Revision">The schedule's: a fire of one that was changed since does nothing.</param>
/// <param name="PlannedAt">When it was to fire by the schedule, UTC; names the fire, so that a repeated message changes nothing.</param>
public sealed record ScheduleFired(Guid BatchId, int Revision, DateTime PlannedAt);

/// <summary>Told to the notifiers: a batch that has a callback ended, by settling or by a stop. Owed exactly once for each (run, epoch).</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Number">Its number, the key of its rows.</param>
/// <param name="Tenant">Its owner.</param>
/// <param name="Run">The run that ended.</param>
/// <param name="Epoch">The start that ended.</param>
/// <param name="State">Finished or Stopped.</param>
/// <param name="EndedAt">When, UTC.</param>
public sealed record BatchEnded(Guid BatchId, long Number, string Tenant, int Run, int Epoch, BatchState State, DateTime EndedAt);

/// <summary>
/// Told to every api at once, of all batches, and lost without harm: these have ended, or were deleted. Who waits for one looks now, not when it would
/// have looked anyway.
/// </summary>
public sealed record BatchesEnded(IReadOnlyList<Guid> BatchIds);

/// <summary>Told to everybody: the batch is gone; each owner of rows removes its own.</summary>
public sealed record BatchDeleted(Guid BatchId, long Number, string Tenant);
