namespace BatchPlatform.Worker;

/// <summary>Names this process to the orchestrators; a restarted worker is another one.</summary>
internal sealed class WorkerIdentity
{
    public Guid Id { get; } = Guid.NewGuid();
}
