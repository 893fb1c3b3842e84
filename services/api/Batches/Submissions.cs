using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Tenants;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Batches;

/// <summary>Makes batches: jobs are staged where nobody sees them, then one command makes the batch with them, whole or not at all.</summary>
public sealed class Submissions(AppendRows rows, ClosedAppends closed, BatchCommands commands, TenantDefaults defaults, QuotaGate quotas)
{
    /// <summary>Makes the batch.</summary>
    /// <param name="submission">The batch.</param>
    /// <param name="alongside">Runs in the transaction of each chunk of jobs after the first.</param>
    /// <param name="cancellationToken">Ends the staging, not the command.</param>
    /// <exception cref="ProblemException">429 or 422: a quota has no room for it. 503 UNAVAILABLE: nothing was stored. 504 OUTCOME_UNKNOWN: perhaps the batch is there.</exception>
    public async Task<CommandReply> RunAsync(Submission submission, Func<StoreDb, Task> alongside, CancellationToken cancellationToken)
    {
        var end = AppendEnd.NotTaken;
        try
        {
            await quotas.EnsureAsync(submission.Tenant, await UseOfAsync(submission, cancellationToken), cancellationToken);
            if (submission.Jobs.Count == 0)
            {
                return await SendAsync(submission, append: null, cancellationToken);
            }

            var row = await OpenAsync(submission, cancellationToken);
            try
            {
                await StageRestAsync(submission, row, alongside, cancellationToken);
                end = AppendEnd.Unknown;
                var reply = await SendAsync(submission, submission.Rules!.Staged(row), cancellationToken);
                end = reply.Accepted ? AppendEnd.Taken : AppendEnd.NotTaken;
                return reply;
            }
            finally
            {
                await EndAsync(row, end, nobodyWaits: submission is { Commit: true, Recurring: false, Schedule: null });
            }
        }
        catch (Exception error) when (error.IsOfStore())
        {
            // Up to the command nothing can have happened; after it, only the staged rows are left to clean up.
            throw new ProblemException(end == AppendEnd.NotTaken ? Problems.NotStored() : Problems.OutcomeUnknown(submission.BatchId));
        }
    }

    private async Task<QuotaUse> UseOfAsync(Submission submission, CancellationToken cancellationToken)
    {
        var called = submission.Commit && (submission.Callback ?? (await defaults.OfAsync(submission.Tenant, cancellationToken)).Callback) is not null;
        return new QuotaUse(Batches: 1, BatchJobs: submission.Jobs.Count, PendingJobs: submission.Jobs.Count, Callbacks: called ? 1 : 0);
    }

    private Task<Append> OpenAsync(Submission submission, CancellationToken cancellationToken) => rows.OpenNewAsync(
        submission.BatchId, submission.Number, submission.CommandId, [.. submission.Jobs.Take(UploadChunk.MaxRecords)], cancellationToken);

    private async Task StageRestAsync(Submission submission, Append row, Func<StoreDb, Task> alongside, CancellationToken cancellationToken)
    {
        foreach (var chunk in submission.Jobs.Skip(UploadChunk.MaxRecords).Chunk(UploadChunk.MaxRecords))
        {
            await rows.StageAsync(row, chunk, alongside, cancellationToken);
        }
    }

    private async Task<CommandReply> SendAsync(Submission submission, StagedAppend? append, CancellationToken cancellationToken)
    {
        var standard = await defaults.OfAsync(submission.Tenant, cancellationToken);
        return await commands.SendAsync(new CreateBatch(
            submission.BatchId,
            submission.CommandId,
            submission.Number,
            submission.Tenant,
            submission.Name,
            submission.Recurring,
            submission.Options,
            submission.Callback ?? standard.Callback,
            submission.Dialect,
            submission.DialectDocument,
            append,
            submission.Commit,
            submission.Schedule is { TimeZone: null } local ? local with { TimeZone = standard.TimeZone } : submission.Schedule,
            submission.Actor));
    }

    // Nobody can append to a committed batch, so nobody waits for its row to go.
    private Task EndAsync(Append row, AppendEnd end, bool nobodyWaits)
    {
        if (end == AppendEnd.Taken && nobodyWaits)
        {
            closed.Add(row);
            return Task.CompletedTask;
        }

        return rows.EndAsync(row, end);
    }
}
