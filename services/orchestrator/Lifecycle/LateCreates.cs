using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>
/// Creates that come too late. A process that was frozen goes on with the message that it held, and what it held comes again to another;
/// meanwhile the client has repeated its request and deleted the batch, or has given up, and the api has removed the jobs. A batch made then
/// would have none to run. So a create spends its command in the transaction that makes the batch, and asking what became of it does too.
/// </summary>
internal static class LateCreates
{
    // A process that was frozen for longer has lost its connections and whatever it was about to send.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    /// <summary>Spends the command. If it was spent before, the commit fails, and the message is looked at more closely when it is tried again.</summary>
    public static EventActivityBinder<Batch, CreateBatch> SpendCommand(this EventActivityBinder<Batch, CreateBatch> binder) =>
        binder.Then(context =>
        {
            var unit = context.Unit();
            unit.Db.SpentCommands.Add(new SpentCommand { Id = context.Message.CommandId, At = unit.Now });
        });

    /// <summary>Whether the command was spent before. A first delivery spares itself the look: see <see cref="SpendCommand"/>.</summary>
    public static async Task<bool> IsLateAsync(BehaviorContext<Batch, CreateBatch> context) =>
        (context.GetRetryAttempt() > 0 || context.ReceiveContext.Redelivered)
        && await context.Unit().Db.SpentCommands.AnyAsync(spent => spent.Id == context.Message.CommandId, context.CancellationToken);

    /// <summary>
    /// Answers an append to a batch that is not there: the api asks so what became of a create, and acts on the answer. From then on that
    /// create makes nothing.
    /// </summary>
    public static async Task RefuseForGoodAsync(ConsumeContext<AcceptAppend> context)
    {
        var unit = context.GetPayload<WorkUnit>();
        var (id, batch) = (context.Message.CommandId, context.Message.BatchId);
        if (!await unit.Db.InsertIfAbsentAsync(new SpentCommand { Id = id, At = unit.Now }, context.CancellationToken)
            && await unit.Db.Batches.AnyAsync(row => row.CorrelationId == batch, context.CancellationToken))
        {
            // Made since it was looked for: tried again, the batch answers.
            throw new DbUpdateConcurrencyException($"Batch {batch} was made while it was asked for.");
        }

        unit.AfterCommit(() => context.RespondAsync(LifecycleSteps.Unknown(context.Message)));
    }

    /// <summary>Forgets commands that no message on its way can be as old as.</summary>
    public static async Task ForgetAsync(BatchStore store, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var before = unit.Now - Remembered;
        await unit.Db.SpentCommands.Where(spent => spent.At < before).ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync(cancellationToken);
    }
}
