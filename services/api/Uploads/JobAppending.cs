using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Uploads;

/// <summary>The answer to an append.</summary>
/// <param name="Appended">Jobs added by this request.</param>
/// <param name="Total">Jobs in the batch afterwards.</param>
public sealed record AppendAnswer(int Appended, int Total);

/// <summary>The answer to a check.</summary>
public sealed record ValidAnswer(int Valid);

/// <summary>Adds the jobs of one upload, of any length, to a batch: all or none.</summary>
public sealed class JobAppending(
    BatchStore store, AppendRows rows, Appender appender, BatchCommands commands, UpstreamDirectory upstreams, IdempotentRequests requests, QuotaGate quotas,
    TimeProvider time)
{
    /// <summary>Runs POST …/jobs.</summary>
    internal async Task<IResult> RunAsync(HttpContext context, string id, UploadRequest upload)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        return upload.ValidateOnly
            ? await ValidateAsync(upload, context.RequestAborted)
            : await requests.RunAsync(context, batch.Id, batch.Number, ticket => AppendAsync(context, upload, batch, ticket));
    }

    /// <summary>Why an upload cannot be taken, or null.</summary>
    public static Problem? FaultOf(JobRules rules)
    {
        var errors = rules.Errors;
        return errors.Count > 0
            ? new Problem(422, ErrorCodes.InvalidJob, $"{errors.Count} of {errors.Count + rules.Count} jobs cannot be taken; none was added.", errors.Told)
            : rules.Count == 0 ? Problems.InvalidJobsCount("There is no job in the body.") : null;
    }

    private async Task<IResult> ValidateAsync(UploadRequest upload, CancellationToken cancellationToken)
    {
        var rules = upload.Rules(await upstreams.CurrentAsync(cancellationToken), firstIndex: 0);
        await CheckAsync(upload, rules, fingerprint: null, cancellationToken);
        return FaultOf(rules) is { } fault ? fault : Results.Ok(new ValidAnswer(rules.Count));
    }

    private async Task<Answer> AppendAsync(HttpContext context, UploadRequest upload, BatchRow batch, Ticket ticket)
    {
        if (ticket.Kept is not null)
        {
            await RequestBody.DrainAsync(context, ticket.Fingerprint!);
            return (await ticket.SealAsync())!;
        }

        if (ticket.MayHaveBeenSent)
        {
            var earlier = await commands.AskAsync(batch.Id, ticket.CommandId);
            if (earlier.Accepted)
            {
                return await RepeatAsync(context, upload, ticket, earlier);
            }

            await ticket.RenewCommandAsync();
        }

        if (batch.RefusesJobs() is { } refusal)
        {
            return Answer.Of(refusal);
        }

        await quotas.EnsureAsync(context.Tenant(), batch.UseOf(jobs: 1), context.RequestAborted);
        var wanted = AppendRows.NewRow(batch.Id, batch.Number, ticket.CommandId);
        wanted.Uploader = context.Tenant();
        JobRules? rules = null;
        var reply = await appender.RunAsync(
            wanted, context.Actor(), async row => rules = await StageAsync(context, upload, batch, ticket, row), context.RequestAborted);
        return reply.Accepted ? Answer.Of(201, new AppendAnswer(rules!.Count, reply.Total)) : Answer.Of(reply.AsProblem());
    }

    // An earlier attempt was taken in; what it added is counted again, since the body is the same.
    private async Task<Answer> RepeatAsync(HttpContext context, UploadRequest upload, Ticket ticket, CommandReply reply)
    {
        var rules = upload.Rules(await upstreams.CurrentAsync(context.RequestAborted), firstIndex: 0);
        await CheckAsync(upload, rules, ticket.Fingerprint, context.RequestAborted);
        await ticket.SealAsync();
        return Answer.Of(201, new AppendAnswer(rules.Count + rules.Errors.Count, reply.Total));
    }

    private async Task<JobRules> StageAsync(HttpContext context, UploadRequest upload, BatchRow batch, Ticket ticket, Append row)
    {
        var rules = upload.Rules(await upstreams.CurrentAsync(context.RequestAborted), row.BaseIndex);
        using var reader = upload.Reader(rules, ticket.Fingerprint);
        await Pipe(row, ticket, () => quotas.EnsureAsync(context.Tenant(), batch.UseOf(rules.Count), context.RequestAborted)).RunAsync(reader, rules.Errors, context.RequestAborted);
        await ticket.SealAsync();
        return FaultOf(rules) is { } fault ? throw new ProblemException(fault) : rules;
    }

    // An upload that has outgrown a quota ends there, not after its last byte.
    private StagingPipe<StagedJob> Pipe(Append row, Ticket ticket, Func<Task> ensureRoom) => new(
        async (jobs, cancellationToken) =>
        {
            await ensureRoom();
            await rows.StageAsync(row, jobs, ticket.RenewLeaseAsync, cancellationToken);
        },
        cancellationToken => rows.RenewAsync(row, ticket.RenewLeaseAsync, cancellationToken),
        rows.RenewEvery,
        store.BulkWriters,
        time);

    private static async Task CheckAsync(UploadRequest upload, JobRules rules, RequestFingerprint? fingerprint, CancellationToken cancellationToken)
    {
        using var reader = upload.Reader(rules, fingerprint);
        await foreach (var chunk in reader.ReadAsync(cancellationToken))
        {
            chunk.Dispose();
        }
    }
}
