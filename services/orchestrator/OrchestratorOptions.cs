using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Orchestrator;

/// <summary>Periods and sizes of dispatch, leases and clocks; section <c>Orchestrator</c>.</summary>
public sealed class OrchestratorOptions
{
    /// <summary>Slices that may wait in the broker for each slot that workers announced.</summary>
    [Range(1, 16)]
    public int WaitingPerSlot { get; set; } = 2;

    /// <summary>How much work a slice should hold, in seconds.</summary>
    [Range(0.05, 60)]
    public double SliceSeconds { get; set; } = 1;

    /// <summary>How long a slice stays with its holder after a heartbeat, in seconds: longer than the worker's own lease of 15.</summary>
    [Range(0.1, 600)]
    public double LeaseSeconds { get; set; } = 20;

    /// <summary>
    /// A slice that no worker has taken is sent again after this many seconds. Its message may never have left: the process ended,
    /// or the database was restarted and nobody knew whether the cut was committed.
    /// </summary>
    [Range(0.1, 600)]
    public double ResendSeconds { get; set; } = 15;

    /// <summary>A worker that has not announced itself for this many seconds counts no more.</summary>
    [Range(1, 600)]
    public double WorkerSeconds { get; set; } = 15;

    /// <summary>A stop is announced at the latest after this many seconds, although some calls may still be in flight.</summary>
    [Range(0, 600)]
    public double QuiesceSeconds { get; set; } = 10;

    /// <summary>How often leases, stops and waiting retries are looked at, in seconds.</summary>
    [Range(0.01, 60)]
    public double ClockSeconds { get; set; } = 1;

    /// <summary>How often the store is searched for what a crash swallowed, in seconds.</summary>
    [Range(0.05, 600)]
    public double ReconcileSeconds { get; set; } = 5;

    /// <summary>A schedule's fire that comes later than this many seconds was missed: its schedule says what becomes of it.</summary>
    [Range(1, 86_400)]
    public double MissedSeconds { get; set; } = 60;

    /// <summary>The circuit breaker judges by the calls of this many seconds.</summary>
    [Range(0.1, 600)]
    public double BreakerSeconds { get; set; } = 10;

    /// <summary>The circuit breaker judges by no fewer calls.</summary>
    [Range(1, 100_000)]
    public int BreakerCalls { get; set; } = 20;

    /// <summary>The share of calls that the upstream failed at which the circuit breaker opens.</summary>
    [Range(0.01, 1)]
    public double BreakerRate { get; set; } = 0.5;

    /// <summary>A job that is alone in its slice and has lost this many takers fails with WORKER_LOST. The last two tries are made while no other slice's are.</summary>
    [Range(2, 100)]
    public int MaxLost { get; set; } = 5;
}
