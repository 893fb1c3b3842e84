using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>Starts due deliveries as long as there is room: every second, when one is owed, and when one has ended.</summary>
public sealed partial class DeliveryClock(
    BatchStore store,
    DeliveryLedger ledger,
    CallbackSender sender,
    DeliverySignal signal,
    TimeProvider time,
    IOptions<NotifierOptions> options,
    ILogger<DeliveryClock> logger) : BackgroundService
{
    // Deliveries looked at in one go.
    private const int Page = 1000;

    // What a receiver still gets to answer while this process stops; what does not end in time is sent again later.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, (string Host, Task Sending)> _running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var abort = new CancellationTokenSource();
        await using var timer = time.CreateTimer(_ => signal.Wake(), null, TimeSpan.Zero, TimeSpan.FromSeconds(options.Value.ClockSeconds));
        try
        {
            await foreach (var _ in signal.WakesAsync(stoppingToken))
            {
                await TickAsync(abort.Token, stoppingToken);
            }
        }
        finally
        {
            using var grace = time.CreateTimer(_ => abort.Cancel(), null, Grace, Timeout.InfiniteTimeSpan);
            await Task.WhenAll(_running.Values.Select(delivery => delivery.Sending));
        }
    }

    private async Task TickAsync(CancellationToken abort, CancellationToken stoppingToken)
    {
        try
        {
            await StartDueAsync(abort, stoppingToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.NotLooked(logger, error);
        }
    }

    private async Task StartDueAsync(CancellationToken abort, CancellationToken stoppingToken)
    {
        foreach (var (ended, _) in _running.Where(delivery => delivery.Value.Sending.IsCompleted).ToList())
        {
            _running.Remove(ended);
        }

        await using var db = store.Read();
        var due = await Due(db).OrderBy(row => row.DueAt).Take(Page).Select(row => new { row.Id, row.Url }).ToListAsync(stoppingToken);
        foreach (var delivery in due)
        {
            if (HasRoomFor(HostOf(delivery.Url)) && !_running.ContainsKey(delivery.Id))
            {
                Start(delivery.Id, HostOf(delivery.Url), abort);
            }
        }

        if (due.Count == Page && _running.Count < options.Value.Concurrency)
        {
            // The page was one busy host's: look again, past it.
            signal.Wake();
        }
    }

    private IQueryable<Delivery> Due(StoreDb db)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var due = db.Deliveries.Where(delivery => delivery.State == DeliveryStates.Waiting && delivery.DueAt <= now);
        var busy = _running.Values.Select(delivery => delivery.Host).Distinct().Where(host => !HasRoomFor(host));
        return busy.Aggregate(due, (rest, host) => rest.Where(delivery => !delivery.Url.StartsWith(host)));
    }

    private bool HasRoomFor(string host) =>
        _running.Count < options.Value.Concurrency && _running.Values.Count(delivery => delivery.Host == host) < options.Value.ConcurrencyPerHost;

    // With the slash that ends it, so that no host is the beginning of another.
    private static string HostOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) + "/" : url;

    private void Start(Guid id, string host, CancellationToken abort)
    {
        var sending = DeliverAsync(id, abort);
        _running.Add(id, (host, sending));
        _ = WakeAfterAsync(sending);
    }

    // Not within the sending itself: the clock must find it completed.
    private async Task WakeAfterAsync(Task sending)
    {
        await sending;
        signal.Wake();
    }

    private async Task DeliverAsync(Guid id, CancellationToken abort)
    {
        try
        {
            if (await ledger.ClaimAsync(id, options.Value.Lease, abort) is { } delivery)
            {
                var startedAt = time.GetUtcNow().UtcDateTime;
                var result = await sender.SendAsync(delivery, abort);
                await ledger.RecordAsync(delivery, result, startedAt, CancellationToken.None);
            }
        }
        catch (Exception error)
        {
            // It stays claimed, and is due again when its lease has ended.
            Log.NotDelivered(logger, id, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Due deliveries could not be looked for; trying again")]
        public static partial void NotLooked(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, Message = "What became of delivery {Id} is not known; it will be sent again")]
        public static partial void NotDelivered(ILogger logger, Guid id, Exception error);
    }
}
