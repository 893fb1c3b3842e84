using MassTransit;

namespace BatchPlatform.Notifier;

/// <summary>A batch ended: its client is owed a callback. Heard twice, it is owed once.</summary>
public sealed class EndedBatchConsumer(OwedDeliveries owed) : IConsumer<BatchEnded>
{
    public Task Consume(ConsumeContext<BatchEnded> context) => owed.OweAsync(context.Message, context.CancellationToken);
}
