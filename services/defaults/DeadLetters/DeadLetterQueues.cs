using BatchPlatform.Contracts;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace BatchPlatform.Defaults.DeadLetters;

/// <summary>
/// The queues of messages that nobody could handle: looks into them, and puts messages back to where they were sent to.
/// On the in-memory bus there are none: what is parked there ends with the process, and what matters is in the store.
/// </summary>
/// <param name="configuration">Says where the broker is.</param>
public sealed class DeadLetterQueues(IConfiguration configuration)
{
    /// <summary>Messages of each queue that are told of one by one.</summary>
    public const int Shown = 10;

    // What was added when a message was parked, and would be wrong of it from now on.
    private static readonly string[] OfParking = ["MT-Fault-", "MT-Host-", "MT-Reason", "x-death", "x-first-death-", "x-last-death-", "x-delivery-count"];

    /// <summary>The queues that have parked messages, with the first of those. They stay where they are.</summary>
    /// <param name="withContent">Whether to tell what the messages say.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BrokerUnreachableException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<ParkedMessages>> LookAsync(bool withContent, CancellationToken cancellationToken)
    {
        var found = new List<ParkedMessages>();
        await using var connection = await ConnectAsync(cancellationToken);
        foreach (var queue in connection is null ? [] : Queues.All)
        {
            var (count, messages) = (0L, new List<DeadLetter>());
            foreach (var parked in ParkedOf(queue))
            {
                count += await LookAsync(connection!, parked, messages, withContent, cancellationToken);
            }

            if (count > 0)
            {
                found.Add(new ParkedMessages(queue, count, messages));
            }
        }

        return found;
    }

    /// <summary>
    /// Puts what was parked when this began back to the queue that it was sent to: each message is gone from where it was
    /// parked only once the broker has confirmed that it is there. So none is lost, whatever fails, and one may be there twice.
    /// </summary>
    /// <param name="queue">One of <see cref="Queues.All"/>; null for all of them.</param>
    /// <param name="cancellationToken">Ends it between two messages.</param>
    /// <returns>How many messages, for each queue that had any.</returns>
    /// <exception cref="BrokerUnreachableException">The broker does not answer.</exception>
    /// <exception cref="PublishException">The broker does not take a message, for example because the queue is not there.</exception>
    public async Task<IReadOnlyList<RedrivenMessages>> RedriveAsync(string? queue, CancellationToken cancellationToken)
    {
        var moved = new List<RedrivenMessages>();
        await using var connection = await ConnectAsync(cancellationToken);
        foreach (var one in connection is null ? [] : Queues.All.Where(name => queue is null || name == queue))
        {
            var count = 0;
            foreach (var parked in ParkedOf(one))
            {
                count += await RedriveAsync(connection!, parked, one, cancellationToken);
            }

            if (count > 0)
            {
                moved.Add(new RedrivenMessages(one, count));
            }
        }

        return moved;
    }

    private static string[] ParkedOf(string queue) => [Queues.ErrorsOf(queue), Queues.SkippedOf(queue)];

    private async Task<IConnection?> ConnectAsync(CancellationToken cancellationToken) => BusDefaults.LivesInProcess(configuration)
        ? null
        : await new ConnectionFactory { Uri = BusDefaults.RabbitAddress(configuration) }.CreateConnectionAsync("dead letters", cancellationToken);

    private static async Task<long> LookAsync(IConnection connection, string parked, List<DeadLetter> messages, bool withContent, CancellationToken cancellationToken)
    {
        // What was looked at goes back when the channel is closed.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var count = await CountAsync(channel, parked, cancellationToken);
        for (var left = count; left > 0 && messages.Count < Shown; left--)
        {
            if (await channel.BasicGetAsync(parked, autoAck: false, cancellationToken) is { } got)
            {
                messages.Add(DeadLetter.Of(got, withContent));
            }
        }

        return count;
    }

    // No more than were there at first: what still cannot be handled comes back, again and again.
    private static async Task<int> RedriveAsync(IConnection connection, string parked, string queue, CancellationToken cancellationToken)
    {
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, cancellationToken);
        var moved = 0;
        for (var left = await CountAsync(channel, parked, cancellationToken); left > 0; left--)
        {
            if (await channel.BasicGetAsync(parked, autoAck: false, cancellationToken) is not { } got)
            {
                break;
            }

            if (DeadLetter.IsExpired(got.BasicProperties))
            {
                await channel.BasicAckAsync(got.DeliveryTag, multiple: false, cancellationToken);
                continue;
            }

            // By the queue's own name: the exchange of that name may have other queues bound to it. Mandatory, since what
            // reaches no queue is confirmed, too.
            await channel.BasicPublishAsync("", queue, mandatory: true, Redriven(got.BasicProperties), got.Body, cancellationToken);
            await channel.BasicAckAsync(got.DeliveryTag, multiple: false, cancellationToken);
            moved++;
        }

        return moved;
    }

    private static BasicProperties Redriven(IReadOnlyBasicProperties parked)
    {
        var headers = (parked.Headers ?? new Dictionary<string, object?>())
            .Where(header => !OfParking.Any(prefix => header.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(header => header.Key, header => header.Value);
        headers[Queues.RedrivenHeader] = true;
        return new BasicProperties(parked) { Headers = headers };
    }

    // A queue that never had to park a message may not be there; the broker closes the channel of whoever asks for it.
    private static async Task<long> CountAsync(IChannel channel, string parked, CancellationToken cancellationToken)
    {
        try
        {
            return (await channel.QueueDeclarePassiveAsync(parked, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }
}
