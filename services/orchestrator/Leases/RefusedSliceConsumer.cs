using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Leases;

/// <summary>
/// Hears that a worker could not handle a slice's message, or not even read it. The message is parked, so nobody would
/// report the slice: it is taken back at once and counts as lost, which bounds how often that goes on. One that is held
/// already is left to its lease.
/// </summary>
public sealed partial class RefusedSliceConsumer(BatchStore store, DispatchSignal signal, ILogger<RefusedSliceConsumer> logger)
    : IConsumer<Fault<RunSlice>>, IConsumer<ReceiveFault>
{
    public Task Consume(ConsumeContext<Fault<RunSlice>> context) => TakeBackAsync(context.Message.Message.SliceId, context.CancellationToken);

    // Told of any message of any queue that could not be read; a slice's has the slice's id.
    public Task Consume(ConsumeContext<ReceiveFault> context) =>
        context.Message.FaultedMessageId is { } id ? TakeBackAsync(id, context.CancellationToken) : Task.CompletedTask;

    private async Task TakeBackAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var taken = await unit.Db.Slices
            .Where(slice => slice.Id == id && slice.State == SliceState.Queued)
            .ExecuteUpdateAsync(
                slice => slice.SetProperty(s => s.State, SliceState.Returned).SetProperty(s => s.Lost, s => s.Lost + 1),
                cancellationToken);
        await unit.CommitAsync(cancellationToken);
        if (taken > 0)
        {
            Log.Refused(logger, id);
            signal.Wake();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "No worker could handle the message of slice {Slice}; it is taken back")]
        public static partial void Refused(ILogger logger, Guid slice);
    }
}
