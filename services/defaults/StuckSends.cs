using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Defaults;

/// <summary>
/// Watches over everything that is sent to RabbitMQ. A connection that the broker ends may leave the bus with sends that never
/// complete (see <see cref="Sending"/>), and each one after them hangs, too: the process takes messages and answers none. It ends
/// then, to be started again by whatever supervises it, but only while the broker takes the messages of others.
/// </summary>
internal sealed partial class StuckSends(BrokerProbe broker, Action end, TimeProvider time, ILogger<StuckSends> logger)
    : Clock(time, logger), ISendObserver, IPublishObserver
{
    /// <summary>As long as any caller waits: after it nobody hopes for it any more.</summary>
    internal static readonly TimeSpan Patience = Sending.Patience;

    /// <summary>For so long the broker must have taken other messages meanwhile: a bus that was cut off connects again in that time.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<object, long> _sends = new(ReferenceEqualityComparer.Instance);
    private readonly TimeProvider _time = time;
    private long? _brokerIsWellSince;

    /// <summary>Sends that have begun and not ended.</summary>
    internal int InFlight => _sends.Count;

    protected override TimeSpan Period => TimeSpan.FromSeconds(1);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        if (Stuck() == 0 || !await broker.TakesMessagesAsync(cancellationToken))
        {
            _brokerIsWellSince = null;
            return;
        }

        _brokerIsWellSince ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(_brokerIsWellSince.Value) >= Grace && Stuck() is > 0 and var stuck)
        {
            Log.Stuck(logger, stuck);
            end();
        }
    }

    public Task PreSend<T>(SendContext<T> context)
        where T : class => BeginAsync(context);

    public Task PostSend<T>(SendContext<T> context)
        where T : class => EndAsync(context);

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => EndAsync(context);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => BeginAsync(context);

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => EndAsync(context);

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => EndAsync(context);

    private int Stuck() => _sends.Values.Count(began => _time.GetElapsedTime(began) > Patience);

    private Task BeginAsync(object send)
    {
        _sends[send] = _time.GetTimestamp();
        return Task.CompletedTask;
    }

    private Task EndAsync(object send)
    {
        _sends.TryRemove(send, out _);
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, Message = "{Count} messages have not been confirmed, though the broker takes others: the bus is stuck. The process ends, to be started again")]
        public static partial void Stuck(ILogger logger, int count);
    }
}
