using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using MassTransit;

namespace BatchPlatform.Api.Tests;

/// <summary>Stands in for the notifier: remembers what it was asked to send again.</summary>
internal sealed class FakeNotifier
{
    private readonly ConcurrentQueue<object> _asked = new();

    public static BusPart Bus => new(
        bus => bus.AddConsumer<Consumer>(),
        (context, queues) => queues.Durable(Queues.Notifier, 4, queue => queue.ConfigureConsumer<Consumer>(context)));

    public IReadOnlyList<T> Asked<T>() => [.. _asked.OfType<T>()];

    private sealed class Consumer(FakeNotifier notifier) : IConsumer<ResendDelivery>, IConsumer<ResendDeliveries>
    {
        public Task Consume(ConsumeContext<ResendDelivery> context) => Remember(context.Message);

        public Task Consume(ConsumeContext<ResendDeliveries> context) => Remember(context.Message);

        private Task Remember(object message)
        {
            notifier._asked.Enqueue(message);
            return Task.CompletedTask;
        }
    }
}
