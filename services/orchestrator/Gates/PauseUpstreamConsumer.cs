using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Gates;

/// <summary>Pauses and resumes upstreams for the api.</summary>
public sealed class PauseUpstreamConsumer(BatchStore store, DispatchSignal signal) : IConsumer<PauseUpstream>
{
    public async Task Consume(ConsumeContext<PauseUpstream> context)
    {
        var (ns, paused, reason) = (context.Message.Namespace, context.Message.Paused, context.Message.Reason);
        await using var unit = await store.BeginAsync(context.CancellationToken);
        await GateRows.PauseAsync(unit, ns, paused, reason, context.CancellationToken);
        unit.Record(context.Message.Actor, paused ? AuditActions.UpstreamPause : AuditActions.UpstreamResume, $"upstreams/{ns}");
        if (paused)
        {
            unit.AfterCommit(() => context.Publish(new LeaveUpstream(ns, Seconds: 0)));
        }

        unit.AfterCommit(() => context.RespondAsync(new UpstreamPaused(ns, paused, paused ? reason : null)));
        await unit.CommitAsync(context.CancellationToken);
        signal.Wake();
    }
}
