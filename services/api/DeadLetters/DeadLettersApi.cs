using System.ComponentModel;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults.DeadLetters;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using RabbitMQ.Client.Exceptions;

namespace BatchPlatform.Api.DeadLetters;

/// <summary>Messages that nobody could handle: operators look at them, and put them back once the cause is mended.</summary>
public static class DeadLettersApi
{
    public static void MapDeadLetters(this RouteGroupBuilder v1)
    {
        var letters = v1.MapGroup("/dead-letters").WithTags("dead letters").RequireAuthorization(ApiSetup.AdminPolicy);
        letters.MapGet("", ListAsync)
            .WithName("list-dead-letters")
            .WithSummary("Messages that could not be handled, by queue")
            .WithDescription("Of each queue the first ten messages. Without their content unless that is asked for: it may hold params of any tenant's jobs.")
            .Produces<DeadLettersView>()
            .ProducesProblems(400, 503);
        letters.MapPost("/redrive", RedriveAsync)
            .WithName("redrive-dead-letters")
            .WithSummary("Put the messages back to the queue that they were sent to")
            .Accepts<RedriveBody>(isOptional: true, "application/json")
            .Produces<RedrivenView>()
            .ProducesProblems(400, 413, 415, 422, 503);
    }

    private static Task<IResult> ListAsync(
        [Description("true: with what the messages say.")] string? content, DeadLetterQueues letters, CancellationToken cancellationToken) => AnsweredAsync(async () =>
        Results.Ok(new DeadLettersView(await letters.LookAsync(Parameter.Flag("content", content) ?? false, cancellationToken))));

    // Repeated, it moves what was parked meanwhile: it needs no record of Idempotency-Key.
    private static async Task<IResult> RedriveAsync(HttpContext context, DeadLetterQueues letters, BatchStore store)
    {
        var body = RequestBody.Parse<RedriveBody>(await RequestBody.ReadAsync(context));
        if (body.Queue is { } queue && !Queues.All.Contains(queue))
        {
            throw new ProblemException(Problems.InvalidField("queue", $"must be one of {string.Join(", ", Queues.All)}."));
        }

        return await AnsweredAsync(async () =>
        {
            await RecordAsync(store, context.Actor(), body.Queue);
            return Results.Ok(new RedrivenView(await letters.RedriveAsync(body.Queue, CancellationToken.None)));
        });
    }

    // Told before it is done: part of it may be done when the broker goes away.
    private static async Task RecordAsync(BatchStore store, Actor actor, string? queue)
    {
        await using var unit = await store.BeginAsync();
        unit.Record(actor, AuditActions.DeadLettersRedrive, "dead-letters", queue);
        await unit.CommitAsync();
    }

    private static async Task<IResult> AnsweredAsync(Func<Task<IResult>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (error is RabbitMQClientException or IOException or TimeoutException)
        {
            throw new ProblemException(Problems.BrokerAway());
        }
    }
}

/// <summary>Which messages to put back.</summary>
/// <param name="Queue">Those of one queue; all of them when absent.</param>
public sealed record RedriveBody(string? Queue)
{
    public RedriveBody()
        : this(Queue: null)
    {
    }
}

/// <summary>The queues that have parked messages.</summary>
public sealed record DeadLettersView(IReadOnlyList<ParkedMessages> Items);

/// <summary>How many messages of each queue were put back.</summary>
public sealed record RedrivenView(IReadOnlyList<RedrivenMessages> Items);
