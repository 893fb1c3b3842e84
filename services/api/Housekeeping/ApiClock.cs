using BatchPlatform.Api.Actions;
using BatchPlatform.Api.Auditing;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Housekeeping;

/// <summary>Removes what nobody needs any more: appends and uploads that ended or lost their owner, answers kept for a day, the audit of a year ago, and bulk actions of a month ago.</summary>
public sealed partial class ApiClock(
    BatchStore store, AppendRows rows, ClosedAppends closed, DatasetCleanup datasets, OldAudit audit, ActionRows actions, TimeProvider time, IOptions<ApiOptions> options, ILogger<ApiClock> logger)
    : Clock(time, logger)
{
    // Looking for old answers reads the whole table, so it is done rarely.
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(10);
    private const int ChunkRows = 500;

    private long _forgotAt = time.GetTimestamp();

    private readonly TimeProvider _time = time;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        await closed.RemoveAsync(cancellationToken);
        await ReapAppendsAsync(cancellationToken);
        await datasets.RunAsync(cancellationToken);
        if (_time.GetElapsedTime(_forgotAt) >= ForgetEvery)
        {
            _forgotAt = _time.GetTimestamp();
            await ForgetAnswersAsync(cancellationToken);
            await audit.RemoveAsync(cancellationToken);
            await actions.RemoveOldAsync(cancellationToken);
        }
    }

    private async Task ReapAppendsAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        await using var db = store.Read();
        foreach (var orphan in await db.Appends.Where(append => append.LeaseUntil <= now).OrderBy(append => append.LeaseUntil).Take(ChunkRows).ToListAsync(cancellationToken))
        {
            if (await rows.TakeOverAsync(orphan))
            {
                Log.Reaped(logger, orphan.BatchId);
            }
        }
    }

    private async Task ForgetAnswersAsync(CancellationToken cancellationToken)
    {
        var before = _time.GetUtcNow().UtcDateTime.AddHours(-options.Value.IdempotencyHours);
        int forgotten;
        do
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            var old = await unit.Db.Idempotency.Where(row => row.CreatedAt < before).OrderBy(row => row.CreatedAt).Take(ChunkRows).ToListAsync(cancellationToken);
            unit.Db.Idempotency.RemoveRange(old);
            await unit.CommitAsync(cancellationToken);
            forgotten = old.Count;
        }
        while (forgotten == ChunkRows);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "An append to batch {BatchId} had lost its owner and was ended")]
        public static partial void Reaped(ILogger logger, Guid batchId);
    }
}
