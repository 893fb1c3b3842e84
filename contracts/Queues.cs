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
}
