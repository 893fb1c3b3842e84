namespace BatchPlatform.Contracts;

/// <summary>The queues that outlive their consumers, by the names shown in RabbitMQ's console.</summary>
public static class Queues
{
    /// <summary>Commands and run events, consumed by the saga.</summary>
    public const string BatchLifecycle = "batch-lifecycle";

    /// <summary>Slices, consumed by whichever worker is free.</summary>
    public const string Slices = "slices";

    /// <summary>What became of slices, consumed by the orchestrators.</summary>
    public const string Outcomes = "outcomes";

    /// <summary>Heartbeats and questions about upstreams, consumed by the orchestrators.</summary>
    public const string Leases = "leases";

    /// <summary>Pauses of upstreams and cancelled jobs, consumed by the orchestrators.</summary>
    public const string Operations = "operations";

    /// <summary>Ended and deleted batches, and requests to send callbacks again, consumed by the notifier.</summary>
    public const string Notifier = "notifier";

    /// <summary>Deleted batches, consumed by the api to remove its rows.</summary>
    public const string ApiCleanup = "api-cleanup";

    /// <summary>Deleted batches, consumed by the orchestrator to remove its rows.</summary>
    public const string OrchestratorCleanup = "orchestrator-cleanup";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [BatchLifecycle, Slices, Outcomes, Leases, Operations, Notifier, ApiCleanup, OrchestratorCleanup];

    /// <summary>The header of a message that was parked because nobody could handle it, and put back by somebody.</summary>
    public const string RedrivenHeader = "BatchPlatform-Redriven";

    /// <summary>Where messages go that a consumer of the queue could not handle, or that took its process down.</summary>
    public static string ErrorsOf(string queue) => $"{queue}_error";

    /// <summary>Where messages go that the queue's consumers do not know, such as those of another version.</summary>
    public static string SkippedOf(string queue) => $"{queue}_skipped";
}
