using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace BatchPlatform.Defaults;

/// <summary>Tries the broker by a connection of its own.</summary>
internal partial class BrokerProbe(IConfiguration configuration, TimeProvider time, ILogger<BrokerProbe> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private const int TriesPerLine = 20;

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
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, it took none; the client has many ways of saying so, above all when the connection ends in between.
            return false;
        }
    }

    /// <summary>
    /// Returns when the broker takes messages, or when nobody waits for it any more. Before a connection of the bus is made: one that fails
    /// is tried again only after a wait that doubles up to half a minute, most of which the broker may have been back.
    /// </summary>
    public async Task UntilItTakesMessagesAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var tries = 0; !await TakesMessagesAsync(cancellationToken); tries++)
            {
                if (tries % TriesPerLine == 0)
                {
                    Log.Waiting(logger, BusDefaults.RabbitAddress(configuration).Host);
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ends: what is done with the connection is of no interest.
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

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "RabbitMQ at {Host} cannot be reached, refuses this user, or takes no messages; trying again until it does")]
        public static partial void Waiting(ILogger logger, string host);
    }
}
