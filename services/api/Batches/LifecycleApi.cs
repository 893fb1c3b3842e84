using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Contracts;
using BatchPlatform.Store;

namespace BatchPlatform.Api.Batches;

/// <summary>The commands that move a batch through its lifecycle. Each answers with the batch as it is afterwards.</summary>
public static class LifecycleApi
{
    private const int MaxReasonLength = 1000;

    public static void MapLifecycle(this RouteGroupBuilder v1)
    {
        var batch = v1.MapGroup("/batches/{id}").WithTags("lifecycle");
        batch.MapCommand<NoBody, CommitBatch>("commit", "Close the batch for jobs and run it", (id, command, actor, _) => new(id, command, actor)).IsBoundByQuotas();
        batch.MapCommand<NoBody, StartBatch>("start", "Resume a stopped run, or run a finished batch again", (id, command, actor, _) => new(id, command, actor)).IsBoundByQuotas();
        batch.MapCommand<NoBody, StopBatch>("stop", "Begin no more jobs", (id, command, actor, _) => new(id, command, actor));
        batch.MapCommand<NoBody, RetryFailedJobs>("retry-failed", "Run the failed jobs again", (id, command, actor, _) => new(id, command, actor)).IsBoundByQuotas();
        batch.MapCommand<PauseBody, PauseBatch>("pause", "Make the jobs wait", (id, command, actor, body) => new(id, command, Checked(body.Reason), actor));
        batch.MapCommand<NoBody, ResumeBatch>("resume", "End a pause", (id, command, actor, _) => new(id, command, actor));
    }

    private static RouteHandlerBuilder MapCommand<TBody, TCommand>(this RouteGroupBuilder batch, string verb, string summary, Func<Guid, Guid, Actor, TBody, TCommand> make)
        where TBody : class, new()
        where TCommand : class, IBatchCommand =>
        batch.MapPost($"/{verb}", (string id, HttpContext context, Lifecycle lifecycle) => lifecycle.RunAsync(context, id, make))
            .WithName(verb)
            .WithSummary(summary)
            .Accepts<TBody>(isOptional: true, "application/json")
            .Produces<BatchView>()
            .ProducesProblems(404, 413, 415, 504)
            .TakesIdempotencyKey();

    /// <exception cref="ProblemException">422: it is too long, or cannot be stored.</exception>
    internal static string? Checked(string? reason) =>
        BatchRules.IsText(reason, MaxReasonLength)
            ? reason
            : throw new ProblemException(Problems.InvalidField("reason", $"must have at most {MaxReasonLength} characters and no NUL"));

    /// <summary>A body that has no members; it may be left out.</summary>
    public sealed record NoBody;

    /// <summary>Why a batch is paused.</summary>
    public sealed record PauseBody(string? Reason)
    {
        public PauseBody()
            : this(Reason: null)
        {
        }
    }
}

/// <summary>Sends a lifecycle command for a request and answers with the batch.</summary>
public sealed class Lifecycle(BatchStore store, BatchCommands commands, IdempotentRequests requests, BatchViews views)
{
    /// <summary>Checks the body, then sends what <paramref name="make"/> gives for the batch's and the command's id, and who asks.</summary>
    public async Task<IResult> RunAsync<TBody, TCommand>(HttpContext context, string id, Func<Guid, Guid, Actor, TBody, TCommand> make)
        where TBody : class, new()
        where TCommand : class, IBatchCommand
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var bytes = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, batch.Id, batch.Number, async ticket =>
        {
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var command = make(batch.Id, ticket.CommandId, context.Actor(), RequestBody.Parse<TBody>(bytes));
            var reply = await commands.SendAsync(command);
            return reply.Accepted ? Answer.Of(200, await ViewAsync(context, batch.Id)) : Answer.Of(reply.AsProblem());
        });
    }

    /// <summary>The batch as it is now.</summary>
    /// <exception cref="ProblemException">404: it was deleted in between.</exception>
    public async Task<BatchView> ViewAsync(HttpContext context, Guid id) =>
        await views.FindAsync(context.Tenant(), id, CancellationToken.None) ?? throw new ProblemException(Problems.BatchNotFound());
}
