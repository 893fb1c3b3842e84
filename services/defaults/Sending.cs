namespace BatchPlatform.Defaults;

/// <summary>Bounds how long a process waits until the broker has a message.</summary>
public static class Sending
{
    /// <summary>As long as it may take; a broker that is there takes milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gives a send up that takes too long. RabbitMQ's client never completes one whose confirmation was on its way when the
    /// broker stopped (rabbitmq/rabbitmq-dotnet-client#1930), and who waits for it does nothing else any more. It may have
    /// arrived all the same.
    /// </summary>
    /// <exception cref="TimeoutException">There was no confirmation in time.</exception>
    public static Task OrTimeoutAsync(this Task sending, TimeProvider time, CancellationToken cancellationToken = default) =>
        sending.WaitAsync(Patience, time, cancellationToken);
}
