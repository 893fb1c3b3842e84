using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>Writes down, once for each end of a batch, that its client is to be told.</summary>
public sealed partial class OwedDeliveries(BatchStore store, DeliverySignal signal, IConfiguration configuration, ILogger<OwedDeliveries> logger)
{
    private readonly string? _publicUrl = configuration["Public:BaseUrl"];

    /// <summary>Owes the delivery of this end, unless the batch wants none, is gone, or it is owed already.</summary>
    /// <exception cref="DbUpdateException">Another notifier wrote the same one at the same time.</exception>
    public async Task OweAsync(BatchEnded ended, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var db = unit.Db;
        var batch = await db.Batches.AsNoTracking().SingleOrDefaultAsync(row => row.CorrelationId == ended.BatchId, cancellationToken);
        if (batch is not { Callback: { } callback, DeletedAt: null } || await IsOwedAsync(db, ended, cancellationToken))
        {
            return;
        }

        var body = await CallbackBody.OfAsync(db, batch, ended, _publicUrl, cancellationToken);
        db.Deliveries.Add(new Delivery
        {
            Id = Guid.CreateVersion7(unit.Clock),
            Batch = ended.Number,
            BatchId = ended.BatchId,
            Run = ended.Run,
            Epoch = ended.Epoch,
            Event = body.Type,
            Url = Canonical(callback.Url),
            Body = body.ToJson(),
            State = DeliveryStates.Waiting,
            DueAt = unit.Now,
            CreatedAt = unit.Now,
        });
        await unit.CommitAsync(cancellationToken);
        Log.Owed(logger, body.Type, ended.Number, ended.Run);
        signal.Wake();
    }

    // One way to write a host, by which deliveries to it are told from those to others.
    private static string Canonical(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url.AbsoluteUri : address;

    private static Task<bool> IsOwedAsync(StoreDb db, BatchEnded ended, CancellationToken cancellationToken) =>
        db.Deliveries.AnyAsync(row => row.Batch == ended.Number && row.Run == ended.Run && row.Epoch == ended.Epoch, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Owes {Event} of batch {Number}, run {Run}")]
        public static partial void Owed(ILogger logger, string @event, long number, int run);
    }
}
