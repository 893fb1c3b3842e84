using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>Takes what a worker reports of a slice; acknowledged once it is stored.</summary>
public sealed class ReportConsumer(ReportGroups groups) : IConsumer<ReportOutcomes>
{
    public Task Consume(ConsumeContext<ReportOutcomes> context) =>
        groups.StoreAsync(context.Message, again: context.GetRetryAttempt() > 0, context.CancellationToken);
}
