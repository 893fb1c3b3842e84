using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Lifecycle;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Leases;

/// <summary>Renews the leases of the slices that a worker names; the first heartbeat for a slice makes the worker its only holder.</summary>
public sealed class HeartbeatConsumer(BatchStore store, RunEvents events, IOptions<OrchestratorOptions> options) : IConsumer<Heartbeat>
{
    public async Task Consume(ConsumeContext<Heartbeat> context)
    {
        var (worker, named) = (context.Message.WorkerId, context.Message.Slices);
        await using var unit = await store.BeginAsync(context.CancellationToken);
        await unit.Db.Slices
            .Where(slice => named.Contains(slice.Id) && (slice.State == SliceState.Queued || (slice.State == SliceState.Taken && slice.Holder == worker)))
            .ExecuteUpdateAsync(
                slice => slice
                    .SetProperty(s => s.State, SliceState.Taken)
                    .SetProperty(s => s.Holder, worker)
                    .SetProperty(s => s.LeaseUntil, unit.Now.AddSeconds(options.Value.LeaseSeconds)),
                context.CancellationToken);
        var held = await unit.Db.Slices
            .Where(slice => named.Contains(slice.Id) && slice.State == SliceState.Taken && slice.Holder == worker)
            .Select(slice => new { slice.Id, slice.Batch, slice.Run })
            .ToListAsync(context.CancellationToken);
        foreach (var run in held.Select(slice => (slice.Batch, slice.Run)).Distinct())
        {
            await NoteStartAsync(unit, run.Batch, run.Run, context.CancellationToken);
        }

        unit.AfterCommit(() => context.RespondAsync(new HeartbeatAnswer([.. held.Select(slice => slice.Id)])));
        await unit.CommitAsync(context.CancellationToken);
    }

    private async Task NoteStartAsync(WorkUnit unit, long batch, int number, CancellationToken cancellationToken)
    {
        var run = unit.Db.Runs.Where(row => row.Batch == batch && row.Number == number);
        if (await run.Where(row => !row.Started).ExecuteUpdateAsync(row => row.SetProperty(r => r.Started, true), cancellationToken) == 1)
        {
            var started = await run.Select(row => new RunStarted(row.BatchId, row.Number, row.Epoch)).SingleAsync(cancellationToken);
            events.TellAfterCommit(unit, started);
        }
    }
}

/// <summary>Answers workers that ask how to call an upstream.</summary>
public sealed class UpstreamConsumer(Dispatch.UpstreamCatalog upstreams) : IConsumer<GetUpstream>
{
    public async Task Consume(ConsumeContext<GetUpstream> context) =>
        await context.RespondAsync(new UpstreamAnswer(await upstreams.FindAsync(context.Message.Namespace, context.Message.Version, context.CancellationToken)));
}
