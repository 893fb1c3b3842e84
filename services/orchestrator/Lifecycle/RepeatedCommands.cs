using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Gives a command that was answered before the same answer again, and keeps it from the state machine.</summary>
internal sealed class RepeatedCommands : IFilter<SagaConsumeContext<Batch>>
{
    public Task Send(SagaConsumeContext<Batch> context, IPipe<SagaConsumeContext<Batch>> next)
    {
        if (!context.TryGetMessage(out ConsumeContext<IBatchCommand>? command))
        {
            return next.Send(context);
        }

        var reply = context.Saga.Replies.FirstOrDefault(kept => kept.CommandId == command.Message.CommandId);
        if (reply is null)
        {
            return next.Send(context);
        }

        context.GetPayload<WorkUnit>().AfterCommit(() => context.RespondAsync(reply));
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("repeatedCommands");
}
