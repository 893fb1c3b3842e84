using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Tells of an accepted command in the audit, within the saga's own transaction: a command that took effect without its entry cannot be.</summary>
internal static class CommandAudit
{
    public static void Record(this WorkUnit unit, IBatchCommand command) =>
        unit.Record(command.Actor, ActionOf(command), $"batches/{command.BatchId:D}", DetailOf(command));

    private static string ActionOf(IBatchCommand command) => command switch
    {
        CreateBatch => AuditActions.BatchCreate,
        AcceptAppend { Append.Edits: true } => AuditActions.BatchEdit,
        AcceptAppend => AuditActions.BatchAppend,
        UpdateBatch => AuditActions.BatchUpdate,
        CommitBatch => AuditActions.BatchCommit,
        StartBatch => AuditActions.BatchStart,
        StopBatch => AuditActions.BatchStop,
        RetryFailedJobs => AuditActions.BatchRetry,
        PauseBatch => AuditActions.BatchPause,
        ResumeBatch => AuditActions.BatchResume,
        DeleteBatch => AuditActions.BatchDelete,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "The audit has no word for it."),
    };

    private static string? DetailOf(IBatchCommand command) => command switch
    {
        CreateBatch create => $"{create.Append?.Count ?? 0} jobs{(create.Commit ? ", committed" : "")}",
        AcceptAppend { Append: { Edits: true } edit } => $"{edit.Removed!.Sum(lane => lane.Count)} jobs replaced or removed",
        AcceptAppend { Append: var append } => $"{append.Count} jobs",
        RetryFailedJobs { Only: not null } => "some of the failed jobs",
        DeleteBatch { Force: true } => "by force",
        _ => null,
    };
}
