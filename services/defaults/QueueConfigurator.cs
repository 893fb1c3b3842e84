using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Defaults;

/// <summary>Declares queues of the two kinds that the platform has, whatever the transport.</summary>
public abstract class QueueConfigurator
{
    /// <summary>A queue that outlives its consumers and the broker's restart; what cannot be handled ends in <c>{name}_error</c>.</summary>
    /// <param name="name">Shown in the broker's console.</param>
    /// <param name="concurrency">Messages handled at once in this process.</param>
    /// <param name="configure">Puts consumers on it.</param>
    public abstract void Durable(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure);

    /// <summary>
    /// The same for questions: who asks waits for the answer for some seconds, and asks again. So what nobody took in time, or
    /// what takes its consumers down, is dropped.
    /// </summary>
    public abstract void Questions(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure);

    /// <summary>A queue of this process alone, gone with it: for what everybody must hear and nobody must remember.</summary>
    /// <param name="name">The service's name; a unique part is added.</param>
    /// <param name="configure">Puts consumers on it.</param>
    public abstract void Broadcast(string name, Action<IReceiveEndpointConfigurator> configure);
}

/// <inheritdoc/>
internal sealed class InMemoryQueues(IInMemoryBusFactoryConfigurator bus) : QueueConfigurator
{
    public override void Durable(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(name, endpoint =>
        {
            endpoint.ConcurrentMessageLimit = concurrency;
            configure(endpoint);
        });

    public override void Questions(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure) => Durable(name, concurrency, configure);

    public override void Broadcast(string name, Action<IReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint($"{name}-{NewId.NextGuid():N}", configure);
}

/// <inheritdoc/>
internal sealed class RabbitMqQueues(IRabbitMqBusFactoryConfigurator bus) : QueueConfigurator
{
    // A message that takes its consumer's process down with it this often is parked by the broker itself.
    private const int DeliveryLimit = 20;

    // To look at a parked message is to have it delivered, and no number of looks may be the end of it. (Without a limit of
    // its own a queue would have the one of the queue that it is made after, or the one of RabbitMQ 4.)
    private const int NoDeliveryLimit = 1_000_000;

    private const string DeliveryLimitArgument = "x-delivery-limit";
    private const string StrategyArgument = "x-dead-letter-strategy";
    private const string OverflowArgument = "x-overflow";

    /// <summary>Makes the queues of parked messages such that they keep what they have; the transport makes them after the queue that they belong to.</summary>
    public static void KeepParked(IRabbitMqBusFactoryConfigurator bus)
    {
        bus.SendTopology.ConfigureErrorSettings = Park;
        bus.SendTopology.ConfigureDeadLetterSettings = Park;
    }

    public override void Durable(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure) =>
        Quorum(name, concurrency, endpoint =>
        {
            // What the broker parks goes to where the bus puts what no consumer could handle, and leaves the queue only once it is there.
            endpoint.BindDeadLetterQueue(Queues.ErrorsOf(name), Queues.ErrorsOf(name), parked =>
            {
                parked.SetQuorumQueue();
                Park(parked);
            });
            endpoint.SetQueueArgument(StrategyArgument, "at-least-once");
            endpoint.SetQueueArgument(OverflowArgument, "reject-publish");
            configure(endpoint);
        });

    public override void Questions(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure) =>
        Quorum(name, concurrency, endpoint =>
        {
            endpoint.DiscardFaultedMessages();
            endpoint.DiscardSkippedMessages();
            configure(endpoint);
        });

    public override void Broadcast(string name, Action<IReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint($"{name}-{NewId.NextGuid():N}", endpoint =>
        {
            endpoint.Durable = false;
            endpoint.AutoDelete = true;
            endpoint.QueueExpiration = TimeSpan.FromMinutes(1);
            configure(endpoint);
        });

    private void Quorum(string name, int concurrency, Action<IRabbitMqReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(name, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.SetQueueArgument(DeliveryLimitArgument, DeliveryLimit);
            endpoint.ConcurrentMessageLimit = concurrency;
            endpoint.PrefetchCount = concurrency;
            configure(endpoint);
        });

    private static void Park(IRabbitMqQueueConfigurator queue)
    {
        queue.SetQueueArgument(DeliveryLimitArgument, NoDeliveryLimit);
        queue.SetQueueArgument("x-dead-letter-exchange", null);
        queue.SetQueueArgument(StrategyArgument, null);
        queue.SetQueueArgument(OverflowArgument, null);
    }
}
