using System.Diagnostics;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>Publishes what transactions owe and forgets what the broker has confirmed.</summary>
public sealed partial class OutboxRelay(IServiceProvider services, TimeProvider time, ILogger<OutboxRelay> logger)
{
    private readonly Lock _lock = new();
    private List<Guid> _published = [];

    /// <summary>Adds the row that says a message is owed.</summary>
    public OutboxMessage Save<T>(StoreDb db, T message)
        where T : class
    {
        var row = new OutboxMessage
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Type = typeof(T).FullName!,
            Body = JsonSerializer.Serialize(message, JsonSerializerOptions.Web),
            CreatedAt = time.GetUtcNow().UtcDateTime,
            Trace = Traces.Context,
        };
        db.Outbox.Add(row);
        return row;
    }

    /// <summary>Publishes one owed message. When the broker does not take it the row stays, and the sweep tries again.</summary>
    public async Task PublishAsync(OutboxMessage row, object message, CancellationToken cancellationToken)
    {
        try
        {
            // Mandatory: a message that no queue is bound to comes back as an error instead of being confirmed and lost.
            await services.GetRequiredService<IBus>().Publish(
                message,
                Pipe.Execute<PublishContext>(context =>
                {
                    context.MessageId = row.Id;
                    context.Mandatory = true;
                }),
                cancellationToken).OrTimeoutAsync(time, cancellationToken);
            lock (_lock)
            {
                _published.Add(row.Id);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.NotPublished(logger, row.Type, row.Id, error);
        }
    }

    /// <summary>Publishes rows that have waited longer than <paramref name="age"/>: their process died, or the broker was away.</summary>
    public async Task SweepAsync(BatchStore store, TimeSpan age, CancellationToken cancellationToken)
    {
        await ForgetPublishedAsync(store, cancellationToken);
        await using var db = store.Read();
        var before = time.GetUtcNow().UtcDateTime - age;
        var left = await db.Outbox.Where(row => row.CreatedAt < before).OrderBy(row => row.Id).Take(1000).ToListAsync(cancellationToken);
        foreach (var row in left)
        {
            if (typeof(BatchEnded).Assembly.GetType(row.Type) is not { } type)
            {
                Log.Unknown(logger, row.Type, row.Id);
                continue;
            }

            using var span = Traces.Continue("outbox sweep", ActivityKind.Producer, row.Trace);
            await PublishAsync(row, JsonSerializer.Deserialize(row.Body, type, JsonSerializerOptions.Web)!, cancellationToken);
        }

        await ForgetPublishedAsync(store, cancellationToken);
    }

    private async Task ForgetPublishedAsync(BatchStore store, CancellationToken cancellationToken)
    {
        List<Guid> ids;
        lock (_lock)
        {
            (ids, _published) = (_published, []);
        }

        if (ids.Count > 0)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            await unit.Db.Outbox.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
            await unit.CommitAsync(cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The broker did not take {Type} {Id}; it stays in the outbox")]
        public static partial void NotPublished(ILogger logger, string type, Guid id, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "The outbox holds {Type} {Id}, which this version does not know; it stays there")]
        public static partial void Unknown(ILogger logger, string type, Guid id);
    }
}
