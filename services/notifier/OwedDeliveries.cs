using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Notifier.Formats;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>Writes down, once for each piece of news, that a client is to be told.</summary>
public sealed partial class OwedDeliveries(
    BatchStore store, NewsDesk desk, CallbackFormats formats, DeliverySignal signal, ILogger<OwedDeliveries> logger)
{
    /// <summary>Owes the delivery of an end, unless the batch wants none, is gone, or it is owed already.</summary>
    /// <exception cref="DbUpdateException">Another notifier wrote the same one at the same time.</exception>
    public async Task OweAsync(BatchEnded ended, CancellationToken cancellationToken)
    {
        if (await desk.OfEndAsync(ended, cancellationToken) is { } news)
        {
            await OweAsync(news, Delivery.EndSeq, cancellationToken);
        }
    }

    /// <summary>Owes the delivery of some news, unless the batch is gone or it is owed already.</summary>
    /// <param name="news">What to tell.</param>
    /// <param name="seq">Tells it from other news of the same start.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DbUpdateException">Another notifier wrote the same one at the same time.</exception>
    public async Task OweAsync(BatchNews news, int seq, CancellationToken cancellationToken)
    {
        var format = formats.Of(news.Callback.Format);
        var body = await format.BodyAsync(news, cancellationToken);
        await using var unit = await store.BeginAsync(cancellationToken);
        var number = news.Batch.Number;
        if (await unit.Db.Deliveries.AnyAsync(row => row.Batch == number && row.Run == news.Run && row.Epoch == news.Epoch && row.Seq == seq, cancellationToken)
            || !await unit.Db.Batches.AnyAsync(row => row.Number == number && row.DeletedAt == null, cancellationToken))
        {
            return;
        }

        var url = new ReceiverUrl(news.Callback.Url);
        unit.Db.Deliveries.Add(new Delivery
        {
            Id = Guid.CreateVersion7(unit.Clock),
            Batch = number,
            BatchId = news.Batch.CorrelationId,
            Tenant = news.Batch.Tenant,
            Run = news.Run,
            Epoch = news.Epoch,
            Seq = seq,
            Event = news.Event,
            Url = url.Text,
            Host = url.Host,
            ContentType = format.ContentType,
            Body = body,
            State = DeliveryStates.Waiting,
            DueAt = unit.Now,
            CreatedAt = unit.Now,
            Trace = Traces.Context,
        });
        await unit.CommitAsync(cancellationToken);
        Log.Owed(logger, news.Event, number, news.Run);
        signal.Look();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Owes {Event} of batch {Number}, run {Run}")]
        public static partial void Owed(ILogger logger, string @event, long number, int run);
    }
}
