using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace BatchPlatform.Defaults;

/// <summary>Tries the broker by a connection of its own.</summary>
internal class BrokerProbe(IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether it takes a message and confirms it. A broker whose memory or disk alarm is on does not.</summary>
    public virtual async Task<bool> TakesMessagesAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // The client's own waits do not all end with the token.
            return await TryAsync(either.Token).WaitAsync(either.Token);
        }
        catch (Exception error) when (error is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or PublishException or IOException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = BusDefaults.RabbitAddress(configuration) }.CreateConnectionAsync("probe", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        var queue = await channel.QueueDeclareAsync(exclusive: true, cancellationToken: cancellationToken);
        await channel.BasicPublishAsync(exchange: "", queue.QueueName, mandatory: true, body: default, cancellationToken);
        return true;
    }
}
