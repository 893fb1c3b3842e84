using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Worker.Slices;

/// <summary>Hears that an upstream is to be left alone.</summary>
internal sealed class LeaveUpstreamConsumer(HeldSlices slices) : IConsumer<LeaveUpstream>
{
    public Task Consume(ConsumeContext<LeaveUpstream> context)
    {
        slices.Leave(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>Hears that a run was stopped. It is told every second until nothing of the run is live, so repetition changes nothing.</summary>
internal sealed class StopRunConsumer(HeldSlices slices) : IConsumer<StopRun>
{
    public Task Consume(ConsumeContext<StopRun> context)
    {
        slices.Stop(context.Message);
        return Task.CompletedTask;
    }
}
