using System.Text.Json.Serialization;
using MassTransit;

namespace BatchPlatform.Contracts;

/// <summary>What api asks of a batch's lifecycle. Answered by one <see cref="CommandReply"/>.</summary>
[ExcludeFromTopology]
public interface IBatchCommand
{
    /// <summary>The batch; drawn by api, also for a batch that is being created.</summary>
    Guid BatchId { get; }

    /// <summary>Names this command: repeated with the same id, it changes nothing and gets the same answer.</summary>
    Guid CommandId { get; }

    /// <summary>Who asks; null for the platform itself.</summary>
    Actor? Actor { get; }
}

/// <summary>Who asks for something, for the audit.</summary>
/// <param name="Tenant">Whose key it is; at most 200 characters.</param>
/// <param name="Key">The key's id; at most 64 characters.</param>
/// <param name="Address">The client's IP address, as far as it is known.</param>
public sealed record Actor(string Tenant, string Key, string? Address);

/// <summary>Makes a batch; may bring its jobs and commit it in the same step.</summary>
public sealed record CreateBatch(
    Guid BatchId,
    Guid CommandId,
    long Number,
    string Tenant,
    string? Name,
    bool Recurring,
    BatchSettings Options,
    Callback? Callback,
    string? Dialect,
    string? DialectDocument,
    StagedAppend? Append,
    bool Commit,
    Schedule? Schedule = null,
    Actor? Actor = null) : IBatchCommand;

/// <summary>Takes staged jobs, changes and removals into the batch, if its state allows and nobody else appended since they were staged.</summary>
public sealed record AcceptAppend(Guid BatchId, Guid CommandId, StagedAppend Append, Actor? Actor = null) : IBatchCommand;

/// <summary>Changes what a client may change while nothing runs. <paramref name="Patch"/> is a JSON merge patch (RFC 7396), checked by api; of <c>dialect_document</c> each member is taken whole.</summary>
public sealed record UpdateBatch(Guid BatchId, Guid CommandId, string Patch, Actor? Actor = null) : IBatchCommand;

/// <summary>Closes the batch for jobs and begins its first run.</summary>
public sealed record CommitBatch(Guid BatchId, Guid CommandId, Actor? Actor = null) : IBatchCommand;

/// <summary>Resumes a stopped run, or begins a new run of a finished batch.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="CommandId">This command.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="Anew">Begins a new run of a stopped batch, too: what its last run left is not run any more.</param>
public sealed record StartBatch(Guid BatchId, Guid CommandId, Actor? Actor = null, bool Anew = false) : IBatchCommand;

/// <summary>Cuts nothing more of the batch's run.</summary>
public sealed record StopBatch(Guid BatchId, Guid CommandId, Actor? Actor = null) : IBatchCommand;

/// <summary>Begins a run of only the failed jobs.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="CommandId">This command.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Only">Which of them; null for all. The others keep the outcome that they have.</param>
public sealed record RetryFailedJobs(Guid BatchId, Guid CommandId, Actor? Actor = null, RetryFilter? Only = null) : IBatchCommand;

/// <summary>Which failed jobs to run again; null members leave the choice open.</summary>
/// <param name="ErrorCode">Those that failed with this code.</param>
/// <param name="Namespace">Those of this upstream.</param>
/// <param name="Action">Those of this action.</param>
public sealed record RetryFilter(string? ErrorCode = null, string? Namespace = null, string? Action = null);

/// <summary>Makes the batch's jobs wait, in whatever state it is.</summary>
public sealed record PauseBatch(Guid BatchId, Guid CommandId, string? Reason, Actor? Actor = null) : IBatchCommand;

/// <summary>Ends a pause.</summary>
public sealed record ResumeBatch(Guid BatchId, Guid CommandId, Actor? Actor = null) : IBatchCommand;

/// <summary>Removes the batch and all of its data.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="CommandId">This command.</param>
/// <param name="Force">Also a running one, which is stopped first.</param>
/// <param name="UnchangedSince">Only if nothing has changed it since then, UTC; null for whatever happened.</param>
/// <param name="Actor">Who asks.</param>
public sealed record DeleteBatch(Guid BatchId, Guid CommandId, bool Force, DateTime? UnchangedSince = null, Actor? Actor = null) : IBatchCommand;

/// <summary>
/// Fails one job with JOB_CANCELLED unless it has ended. A call in flight is not ended, but its answer is dropped.
/// Answered by a <see cref="JobReply"/>; the saga is not asked.
/// </summary>
/// <param name="Number">The batch's number.</param>
/// <param name="Index">The job.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Run">Only as a job of this run; 0 for the latest, whichever that is.</param>
public sealed record CancelJob(long Number, int Index, Actor? Actor = null, int Run = 0);

/// <summary>Whether a job was cancelled; refused with one of <see cref="ErrorCodes"/>.</summary>
public sealed record JobReply(string? Code, string? Detail);

/// <summary>Lets nobody call an upstream, or lets everybody again. Jobs wait meanwhile. Answered by <see cref="UpstreamPaused"/>.</summary>
public sealed record PauseUpstream(string Namespace, bool Paused, string? Reason, Actor? Actor = null);

/// <summary>The pause is in force, or over.</summary>
public sealed record UpstreamPaused(string Namespace, bool Paused, string? Reason);

/// <summary>The saga's answer to a command: accepted, or refused with a code.</summary>
/// <param name="CommandId">The command answered.</param>
/// <param name="Code">Null when accepted, else one of <see cref="ErrorCodes"/>.</param>
/// <param name="Detail">For a refusal: what a person should know.</param>
/// <param name="State">The batch's state after the command; null when there is no such batch.</param>
/// <param name="Total">Jobs in the batch after the command.</param>
/// <param name="Run">The latest run, 0 before the first.</param>
public sealed record CommandReply(Guid CommandId, string? Code, string? Detail, BatchState? State, int Total, int Run)
{
    /// <summary>Whether the command took effect.</summary>
    public bool Accepted => Code is null;
}

/// <summary>What a client chooses for a batch.</summary>
/// <param name="StopOnJobError">The first failed job stops the batch.</param>
/// <param name="Priority">Whose slices are cut first.</param>
/// <param name="DeadlineSeconds">A job without an outcome this long after commit or start fails with DEADLINE_EXCEEDED; 1 s to 30 days. A job may have a shorter one of its own.</param>
/// <param name="CanaryJobs">Runs this many jobs first, then pauses for approval (resume); 0 for no canary.</param>
/// <param name="FailureBudget">When too many jobs fail; null for no such bound.</param>
/// <param name="Limits">What the batch asks of each upstream at most, where that is less than the upstream's own limits.</param>
public sealed record BatchSettings(
    bool StopOnJobError = false,
    BatchPriority Priority = BatchPriority.Normal,
    int DeadlineSeconds = 86_400,
    int CanaryJobs = 0,
    FailureBudget? FailureBudget = null,
    BatchLimits? Limits = null);

/// <summary>How many failures a batch bears, counted anew from each start and each resume.</summary>
/// <param name="Rate">The share of failed jobs that is too much: above 0, at most 1.</param>
/// <param name="Minimum">Outcomes before which nothing is concluded; 1 to 2^20.</param>
/// <param name="Then">What happens when it is spent.</param>
public sealed record FailureBudget(double Rate, int Minimum = 20, BudgetSpent Then = BudgetSpent.Stop);

/// <summary>What happens to a batch whose failure budget is spent.</summary>
public enum BudgetSpent
{
    /// <summary>It is stopped.</summary>
    Stop,

    /// <summary>It is paused, until somebody resumes it.</summary>
    Pause,
}

/// <summary>Limits of one batch, on all of its calls together; 0 for none.</summary>
/// <param name="RequestsPerSecond">Calls a second.</param>
/// <param name="Concurrency">Calls at once.</param>
public sealed record BatchLimits(double RequestsPerSecond = 0, int Concurrency = 0);

/// <summary>Where and how a client wants to be told that its batch ended.</summary>
/// <param name="Url">The receiver.</param>
/// <param name="Format">One of the notifier's formats: json, ndjson, csv, none, or a dialect's.</param>
/// <param name="Include">summary; results or failed: the outcomes too, as long as they are not too many.</param>
/// <param name="Progress">Also tell how far a running batch is, from time to time.</param>
/// <param name="Secrets">What the callback is signed with, the newest first; null when it is not signed.</param>
/// <param name="AllowHttp">It may go by plain http whatever the configuration says: the receivers of dialects often know nothing else.</param>
public sealed record Callback(
    string Url,
    string Format = "json",
    string Include = "summary",
    bool Progress = false,
    IReadOnlyList<CallbackSecret>? Secrets = null,
    bool AllowHttp = false);

/// <summary>A secret that callbacks are signed with.</summary>
/// <param name="Protected">The secret, encrypted with the platform's key ring.</param>
/// <param name="Until">While another takes its place: signed with until then, UTC; null for the newest.</param>
public sealed record CallbackSecret(string Protected, DateTime? Until = null);

/// <summary>Jobs that api has staged and that the saga may take in.</summary>
/// <param name="AppendId">The row of <c>appends</c>.</param>
/// <param name="BaseIndex">Index of the first staged job: must still be the batch's next index.</param>
/// <param name="Revision">The revision under which the rows are staged: must be the batch's revision plus one.</param>
/// <param name="Count">Jobs staged at the end, from the base index on.</param>
/// <param name="Lanes">All staged jobs by namespace, also those that take the place of others.</param>
/// <param name="ShortestDeadlineSeconds">The shortest deadline that one of the staged jobs has of its own; 0 when none has.</param>
/// <param name="Removed">By namespace, the jobs that are not seen any more from this revision on; only a recurring batch's.</param>
public sealed record StagedAppend(
    Guid AppendId, int BaseIndex, int Revision, int Count, IReadOnlyList<LaneCount> Lanes, int ShortestDeadlineSeconds = 0, IReadOnlyList<LaneCount>? Removed = null)
{
    /// <summary>Jobs that were there are changed or removed.</summary>
    [JsonIgnore]
    public bool Edits => Removed is { Count: > 0 };
}

/// <summary>How many jobs of a batch go to one upstream, and where the first stands.</summary>
public sealed record LaneCount(string Namespace, int First, int Count);
