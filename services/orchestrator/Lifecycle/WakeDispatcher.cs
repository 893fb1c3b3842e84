using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Wakes the dispatcher once a transition that may have opened lanes has committed and its reply is on its way.</summary>
internal sealed class WakeDispatcher(DispatchSignal signal) : IFilter<SagaConsumeContext<Batch>>
{
    public async Task Send(SagaConsumeContext<Batch> context, IPipe<SagaConsumeContext<Batch>> next)
    {
        var epoch = context.Saga.Epoch;
        var paused = context.Saga.Paused;
        await next.Send(context);
        if (context.Saga.Epoch != epoch || context.Saga.Paused != paused)
        {
            context.GetPayload<WorkUnit>().AfterCommit(() =>
            {
                signal.Wake();
                return Task.CompletedTask;
            });
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("wakeDispatcher");
}
