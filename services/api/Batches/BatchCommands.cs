using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>Asks the lifecycle, which alone decides, and waits for its reply.</summary>
public sealed class BatchCommands(Operations operations)
{
    private static readonly Uri Lifecycle = new($"exchange:{Queues.BatchLifecycle}");

    /// <summary>Sends a command. It runs to its end even if the client goes away, since it may have taken effect.</summary>
    /// <exception cref="ProblemException">504 OUTCOME_UNKNOWN: no reply came in time.</exception>
    public Task<CommandReply> SendAsync<T>(T command)
        where T : class, IBatchCommand =>
        operations.AskAsync<T, CommandReply>(Lifecycle, command, Problems.OutcomeUnknown(command.BatchId));

    /// <summary>
    /// What became of a command that was perhaps sent earlier: its reply when there was one. A refusal is for good, since
    /// an append that can follow nothing is now remembered as refused under its id.
    /// </summary>
    public Task<CommandReply> AskAsync(Guid batchId, Guid commandId) =>
        SendAsync(new AcceptAppend(batchId, commandId, new StagedAppend(Guid.Empty, BaseIndex: -1, Revision: -1, Count: 0, Lanes: [])));
}

/// <summary>Makes the answer to a refused command.</summary>
public static class Refusals
{
    /// <summary>404 for what is not there, 422 for content, 409 for state, 429 and 422 for quotas.</summary>
    public static Problem AsProblem(this CommandReply reply) => reply.Code switch
    {
        ErrorCodes.BatchNotFound => Problems.BatchNotFound(),
        ErrorCodes.InvalidJobsCount => Problems.InvalidJobsCount(reply.Detail ?? "A batch without jobs cannot run."),
        ErrorCodes.QuotaBatches or ErrorCodes.QuotaJobsPerBatch or ErrorCodes.QuotaPendingJobs or ErrorCodes.QuotaResults or ErrorCodes.QuotaCallbacks =>
            Problems.OverQuota(reply.Code),
        var code => Problems.Conflict(code!, reply.Detail ?? "The batch's state does not allow this."),
    };
}
