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

    public override void Broadcast(string name, Action<IReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint($"{name}-{NewId.NextGuid():N}", configure);
}

/// <inheritdoc/>
internal sealed class RabbitMqQueues(IRabbitMqBusFactoryConfigurator bus) : QueueConfigurator
{
    // A message that takes its consumer's process down with it this often is parked by the broker itself.
    private const int DeliveryLimit = 20;

    public override void Durable(string name, int concurrency, Action<IReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(name, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.SetQueueArgument("x-delivery-limit", DeliveryLimit);
            endpoint.ConcurrentMessageLimit = concurrency;
            endpoint.PrefetchCount = concurrency;
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
}
