using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Batches;

/// <summary>Creates a batch; its jobs and its commit travel in the same command, so that a one-shot submission happens whole or not at all.</summary>
public sealed class BatchCreation(
    BatchStore store, NumberSource numbers, Submissions submissions, BatchCommands commands, UpstreamDirectory upstreams, IdempotentRequests requests,
    Lifecycle lifecycle, AddressGuard guard, CallbackSecrets secrets, TimeProvider time, IOptions<ApiOptions> options)
{
    /// <summary>Runs POST /v1/batches.</summary>
    public async Task<IResult> RunAsync(HttpContext context)
    {
        var bytes = await RequestBody.ReadAsync(context, options.Value.InlineBytes);
        var (id, number) = await DrawAsync(context);
        return await requests.RunAsync(context, id, number, async ticket =>
        {
            var repeated = ticket.MayHaveBeenSent;
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var body = RequestBody.Parse<CreateBatchBody>(bytes);
            return repeated && await WasMadeAsync(context, ticket) ? await CreatedAsync(context, ticket.BatchId, body) : await CreateAsync(context, body, bytes, ticket);
        });
    }

    private async Task<Answer> CreateAsync(HttpContext context, CreateBatchBody body, ReadOnlyMemory<byte> bytes, Ticket ticket)
    {
        BatchRules.Check(body.Name, body.Options ?? new BatchSettings(), body.Callback, body.Schedule, guard);
        var rules = new JobRules(await upstreams.CurrentAsync(context.RequestAborted), firstIndex: 0, defaultNamespace: null, defaultAction: null);
        var jobs = body.Jobs is { } raw ? InlineJobs.Read(bytes.Slice(raw.Start, raw.Length), rules) : [];
        if (jobs.Count == 0 && body.Commit)
        {
            return Answer.Of(Problems.InvalidJobsCount("A batch without jobs cannot be committed."));
        }

        var submission = new Submission(ticket.BatchId, ticket.Number, ticket.CommandId, context.Actor())
        {
            Name = body.Name,
            Recurring = body.Recurring,
            Options = body.Options ?? new BatchSettings(),
            Callback = secrets.Seal(body.Callback),
            Schedule = body.Schedule,
            Jobs = jobs,
            Rules = rules,
            Commit = body.Commit,
        };
        var reply = await submissions.RunAsync(submission, ticket.RenewLeaseAsync, context.RequestAborted);
        return reply.Accepted ? await CreatedAsync(context, ticket.BatchId, body) : Answer.Of(reply.AsProblem());
    }

    // The secret is shown to who set it; that of the tenant's default was shown to its operator.
    private async Task<Answer> CreatedAsync(HttpContext context, Guid id, CreateBatchBody body)
    {
        var view = await lifecycle.ViewAsync(context, id);
        var location = $"/v1/batches/{id:D}";
        return body.Callback is null
            ? Answer.Of(201, view, location)
            : Answer.Of(201, await secrets.ShowAsync(view), location) with { IsSecret = true };
    }

    // If not, the earlier attempt's command may still be on its way; asked after, it makes nothing any more, and this attempt makes another batch.
    private async Task<bool> WasMadeAsync(HttpContext context, Ticket ticket)
    {
        if ((await commands.AskAsync(ticket.BatchId, ticket.CommandId)).Accepted || await ExistsAsync(ticket.BatchId))
        {
            return true;
        }

        var (id, number) = await DrawAsync(context);
        await ticket.RenewAsync(id, number);
        return false;
    }

    private async Task<(Guid Id, long Number)> DrawAsync(HttpContext context) =>
        (Guid.CreateVersion7(time.GetUtcNow()), await numbers.NextAsync(context.RequestAborted));

    // The lifecycle keeps its last replies only: that to the create may have gone. The row of a create that was refused stays for some seconds.
    private async Task<bool> ExistsAsync(Guid id)
    {
        await using var db = store.Read();
        return await db.Batches.AnyAsync(batch => batch.CorrelationId == id && batch.DeletedAt == null);
    }
}
