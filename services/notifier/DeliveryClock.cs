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

    private readonly HostTurns _turns = new(options.Value.Concurrency, options.Value.ConcurrencyPerHost);
    private readonly Dictionary<Guid, Task> _running = [];
    private readonly ConcurrentQueue<(Guid Id, string Host, bool? Answered)> _ended = new();

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
            _running.Remove(ended.Id);
            _turns.End(ended.Id, ended.Host, ended.Answered);
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
            _running[next.Id] = DeliverAsync(next.Id, next.Host, abort);
        }
    }

    // A full page may be one busy host's: then there is a look past it.
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        bool isFull;
        do
        {
            var (now, busy) = (time.GetUtcNow().UtcDateTime, _turns.BusyHosts);
            await using var db = store.Read();
            var due = await db.Deliveries
                .Where(row => row.State == DeliveryStates.Waiting && row.DueAt <= now && (row.ClaimedUntil == null || row.ClaimedUntil <= now))
                .Where(row => !busy.Contains(row.Host))
                .OrderBy(row => row.DueAt)
                .Take(Page)
                .Select(row => new { row.Id, row.Host, row.DueAt })
                .ToListAsync(cancellationToken);
            metrics.Due(due.Count == 0 ? null : due[0].DueAt, now);
            var known = due.Count(row => !_turns.Offer(row.Id, row.Host));
            isFull = due.Count == Page;
            _more = isFull || busy.Count > 0 || known > 0;
        }
        while (isFull && _turns.IsHungry);
    }

    private async Task DeliverAsync(Guid id, string host, CancellationToken abort)
    {
        await Task.Yield(); // The clock starts the next one at once.
        bool? answered = null;
        try
        {
            if (await ledger.ClaimAsync(id, options.Value.Lease, abort) is { } claim)
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
            Log.NotDelivered(logger, id, error);
        }

        _ended.Enqueue((id, host, answered));
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
