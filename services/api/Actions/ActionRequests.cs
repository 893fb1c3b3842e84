using System.Text.Json;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Actions;

/// <summary>Takes in requests for bulk actions; the work is done behind them.</summary>
public sealed class ActionRequests(BatchStore store, ActionRows rows, ActionRuns runs, ActionTargets targets, IdempotentRequests requests, TimeProvider time)
{
    private const int DefaultPerSecond = 50;
    private const int MaxPerSecond = 1000;

    /// <summary>Runs POST /v1/batches/actions.</summary>
    public Task<IResult> OnBatchesAsync(HttpContext context) => RunAsync<BatchActionBody>(context, body =>
    {
        var verb = body.Action ?? throw Fault("action", "is missing");
        var choice = body.Filter ?? new BatchChoice();
        choice = choice with { Tenant = context.TenantMeant(Text("filter.tenant", choice.Tenant)) };
        _ = (Text("filter.name", choice.Name), Text("filter.error_code", choice.ErrorCode));
        if (body.Force && verb != BatchVerb.Delete)
        {
            throw Fault("force", "is for delete alone");
        }

        return Task.FromResult((body.DryRun, NewRow(ActionTargets.Batches, ActionTargets.NameOf(verb), choice, body.MaxPerSecond, body.Force)));
    });

    /// <summary>Runs POST /v1/jobs/actions.</summary>
    public Task<IResult> OnJobsAsync(HttpContext context) => RunAsync<JobActionBody>(context, async body =>
    {
        var verb = body.Action ?? throw Fault("action", "is missing");
        var choice = body.Filter ?? new JobChoice();
        var batch = await BatchRow.FindAsync(store, context, choice.Batch ?? throw Fault("filter.batch", "is missing"));
        Check(verb, choice);
        var row = NewRow(ActionTargets.Jobs, ActionTargets.NameOf(verb), choice with { Batch = $"{batch.Id:D}" }, body.MaxPerSecond, force: false);
        await using var db = store.Read();
        row.Run = await db.Batches.Where(each => each.CorrelationId == batch.Id).Select(each => each.Run).SingleOrDefaultAsync(context.RequestAborted);
        return (body.DryRun, row);
    });

    /// <summary>Runs POST /v1/actions/{id}/cancel.</summary>
    public async Task<IResult> CancelAsync(HttpContext context, string id)
    {
        var row = await FindAsync(context, id);
        var bytes = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, Guid.Empty, number: 0, async ticket =>
        {
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            return await rows.CancelAsync(row.Tenant, row.Id, context.Actor())
                ? Answer.Of(StatusCodes.Status200OK, ActionView.Of(await FindAsync(context, id)))
                : Answer.Of(Problems.Conflict(ErrorCodes.ActionEnded, "The action has ended."));
        });
    }

    /// <summary>The tenant's action.</summary>
    /// <exception cref="ProblemException">404 ACTION_NOT_FOUND: unknown, or another tenant's.</exception>
    public async Task<BulkAction> FindAsync(HttpContext context, string id) =>
        Guid.TryParse(id, out var parsed) && await rows.FindAsync(context.Tenant(), parsed, context.RequestAborted) is { } row
            ? row
            : throw new ProblemException(Problems.ActionNotFound());

    private async Task<IResult> RunAsync<T>(HttpContext context, Func<T, Task<(bool DryRun, BulkAction Row)>> read)
        where T : class, new()
    {
        var bytes = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, Guid.Empty, number: 0, async ticket =>
        {
            var repeated = ticket.MayHaveBeenSent;
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            if (repeated && await rows.FindAsync(context.Tenant(), ticket.CommandId, CancellationToken.None) is { } begun)
            {
                return Accepted(begun);
            }

            var (dryRun, row) = await read(RequestBody.Parse<T>(bytes));
            (row.Id, row.Tenant, row.Actor) = (ticket.CommandId, context.Tenant(), context.Actor());
            (row.Matched, row.MatchedMore) = await targets.Of(row).CountAsync(context.RequestAborted);
            return dryRun ? Answer.Of(StatusCodes.Status200OK, new ActionPreview(row.Matched, row.MatchedMore)) : await BeginAsync(row);
        });
    }

    private async Task<Answer> BeginAsync(BulkAction row)
    {
        await rows.AddAsync(row);
        runs.Wake();
        return Accepted(row);
    }

    private static Answer Accepted(BulkAction row) => Answer.Of(StatusCodes.Status202Accepted, ActionView.Of(row), ActionView.PathOf(row.Id));

    private BulkAction NewRow<T>(string target, string action, T filter, int? perSecond, bool force) => new()
    {
        Target = target,
        Action = action,
        Filter = JsonSerializer.Serialize(filter, ApiJson.Options),
        Force = force,
        MaxPerSecond = perSecond is null or (>= 1 and <= MaxPerSecond)
            ? perSecond ?? DefaultPerSecond
            : throw Fault("max_per_second", $"must be 1 to {MaxPerSecond}"),
        CreatedAt = time.GetUtcNow().UtcDateTime,
    };

    private static void Check(JobVerb verb, JobChoice choice)
    {
        _ = (Text("filter.namespace", choice.Namespace), Text("filter.action", choice.Action), Text("filter.error_code", choice.ErrorCode));
        if (verb == JobVerb.Retry && choice.State is not (null or JobState.Failed))
        {
            throw Fault("filter.state", "must be Failed, or absent: other jobs are not retried");
        }

        if (verb == JobVerb.Cancel && choice.State is JobState.Completed or JobState.Failed)
        {
            throw Fault("filter.state", "must be Pending, Queued or Processing, or absent: other jobs have ended");
        }

        if (verb == JobVerb.Cancel && choice.ErrorCode is not null)
        {
            throw Fault("filter.error_code", "is for retry alone: what can be cancelled has not failed");
        }
    }

    private static string? Text(string field, string? text) =>
        BatchRules.IsText(text, Limits.NameLength) ? text : throw Fault(field, $"must have at most {Limits.NameLength} characters and no NUL");

    private static ProblemException Fault(string field, string message) => new(Problems.InvalidField(field, message));
}
