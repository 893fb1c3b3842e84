using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Worker.Slices;

/// <summary>Takes a slice from the queue. It is acknowledged when this returns: once its last report is confirmed, or it is not ours.</summary>
internal sealed class SliceConsumer(SliceRunner runner) : IConsumer<RunSlice>
{
    // A message delivered before may be at work elsewhere, or be done; the more so one that was parked meanwhile.
    public Task Consume(ConsumeContext<RunSlice> context) =>
        runner.RunAsync(context.Message, mustAsk: context.Message.MustAsk || context.ReceiveContext.Redelivered || WasParked(context.ReceiveContext));

    private static bool WasParked(ReceiveContext received) => received.TransportHeaders.TryGetHeader(Queues.RedrivenHeader, out _);
}
