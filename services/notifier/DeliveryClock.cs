using System.Collections.Concurrent;
using System.Diagnostics;
using BatchPlatform.Defaults.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>Starts due deliveries as long as there is room: every second, when one is owed, and when one has ended.</summary>
public sealed partial class DeliveryClock(
    BatchStore store,
    DeliveryLedger ledger,
    CallbackSender sender,
    DeliverySignal signal,
    NotifierMetrics metrics,
    TimeProvider time,
    IOptions<NotifierOptions> options,
    ILogger<DeliveryClock> logger) : BackgroundService
{
    // Deliveries looked at in one go.
    private const int Page = 500;

    // What a receiver still gets to answer while this process stops; what does not end in time is sent again later.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly DeliveryTurns _turns = new(options.Value.Concurrency, options.Value.ConcurrencyPerHost);
    private readonly Dictionary<Guid, Task> _running = [];
    private readonly ConcurrentQueue<(DueDelivery Due, bool? Answered)> _ended = new();

    // The last look did not see everything that is due.
    private bool _more;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var abort = new CancellationTokenSource();
        await using var timer = time.CreateTimer(_ => signal.Look(), null, TimeSpan.Zero, TimeSpan.FromSeconds(options.Value.ClockSeconds));
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
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task TickAsync(CancellationToken abort, CancellationToken stoppingToken)
    {
        while (_ended.TryDequeue(out var ended))
        {
            _running.Remove(ended.Due.Id);
            _turns.End(ended.Due, ended.Answered);
        }

        try
        {
            if (signal.TakeLook() || (_more && _turns.TakeDrained()))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.NotLooked(logger, error);
        }

        while (_turns.Take() is { } next)
        {
            _running[next.Id] = DeliverAsync(next, abort);
        }
    }

    // A full page may be one busy host's, or one tenant's: then there is a look past it.
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        _turns.IsShared = _turns.IsShared || await HasTenantsAsync(db, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        bool isFull, isFirst = true;
        do
        {
            var (lanes, tenants) = (_turns.BusyLanes, _turns.BusyTenants(fed: !isFirst));
            var due = await db.Deliveries
                .Where(row => row.State == DeliveryStates.Waiting && row.DueAt <= now && (row.ClaimedUntil == null || row.ClaimedUntil <= now))
                .Where(row => !tenants.Contains(row.Tenant) && !lanes.Contains(row.Tenant + "\n" + row.Host))
                .OrderBy(row => row.DueAt)
                .Take(Page)
                .Select(row => new { row.Id, row.Tenant, row.Host, row.DueAt })
                .ToListAsync(cancellationToken);
            if (isFirst)
            {
                metrics.Due(due.Count == 0 ? null : due[0].DueAt, now);
            }

            var known = due.Count(row => !_turns.Offer(new DueDelivery(row.Id, row.Tenant, row.Host)));
            isFull = due.Count == Page;
            _more = isFull || lanes.Count > 0 || tenants.Count > 0 || known > 0;
            isFirst = false;
        }
        while (isFull && _turns.IsHungry);
    }

    // Of batches, which come before their callbacks: a tenant that has long silent hosts must not have all turns when another's first is due.
    private static async Task<bool> HasTenantsAsync(StoreDb db, CancellationToken cancellationToken) =>
        await db.Batches.MinAsync(batch => batch.Tenant, cancellationToken) != await db.Batches.MaxAsync(batch => batch.Tenant, cancellationToken);

    private async Task DeliverAsync(DueDelivery due, CancellationToken abort)
    {
        await Task.Yield(); // The clock starts the next one at once.
        bool? answered = null;
        try
        {
            if (await ledger.ClaimAsync(due.Id, options.Value.Lease, abort) is { } claim)
            {
                using var span = Traces.Continue("callback attempt", ActivityKind.Internal, claim.Delivery.Trace);
                var (startedAt, begun) = (time.GetUtcNow().UtcDateTime, time.GetTimestamp());
                var result = await sender.SendAsync(claim, abort);
                metrics.Attempted(claim.Delivery.Event, result, time.GetElapsedTime(begun));
                answered = result.StatusCode != 0;
                await ledger.RecordAsync(claim, result, startedAt, CancellationToken.None);
            }
        }
        catch (Exception error)
        {
            // It stays claimed, and may be claimed again when its lease has ended.
            Log.NotDelivered(logger, due.Id, error);
        }

        _ended.Enqueue((due, answered));
        signal.Wake();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Due deliveries could not be looked for; trying again")]
        public static partial void NotLooked(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, Message = "What became of delivery {Id} is not known; it will be sent again")]
        public static partial void NotDelivered(ILogger logger, Guid id, Exception error);
    }
}
