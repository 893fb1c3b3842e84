using BatchPlatform.Defaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>Owes <c>batch.progress</c> for batches that run and asked for it, when anything has happened since the last.</summary>
public sealed class ProgressClock(
    BatchStore store,
    NewsDesk desk,
    OwedDeliveries owed,
    TimeProvider time,
    IOptions<NotifierOptions> options,
    ILogger<ProgressClock> logger) : Clock(time, logger)
{
    private const int Page = 500;

    private readonly TimeProvider _time = time;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ProgressSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        var after = 0L;
        int found;
        do
        {
            await using var db = store.Read();
            var running = await db.Batches
                .Where(batch => batch.CurrentState == nameof(BatchState.Running) && batch.Callback != null && batch.Number > after)
                .OrderBy(batch => batch.Number)
                .Take(Page)
                .Select(batch => new { batch.CorrelationId, batch.Number, batch.Run, batch.Epoch, batch.Callback })
                .ToListAsync(cancellationToken);
            foreach (var batch in running.Where(batch => batch.Callback!.Progress))
            {
                await OweAsync(batch.CorrelationId, batch.Run, batch.Epoch, cancellationToken);
            }

            found = running.Count;
            after = found == 0 ? after : running[^1].Number;
        }
        while (found == Page);
    }

    private async Task OweAsync(Guid batchId, int run, int epoch, CancellationToken cancellationToken)
    {
        if (await desk.OfProgressAsync(batchId, run, epoch, cancellationToken) is not { Runs: [.., var last] } news || await WasToldAsync(news, cancellationToken))
        {
            return;
        }

        // What it tells is what it is known by, so that the same is never told twice.
        if (last.Completed + last.Failed is var outcomes and > 0)
        {
            await owed.OweAsync(news, outcomes, cancellationToken);
        }
    }

    // By another notifier, whose clock ticks between the ticks of this one.
    private async Task<bool> WasToldAsync(BatchNews news, CancellationToken cancellationToken)
    {
        var since = _time.GetUtcNow().UtcDateTime - (Period / 2);
        await using var db = store.Read();
        return await db.Deliveries.AnyAsync(row => row.Batch == news.Batch.Number && row.Run == news.Run && row.Epoch == news.Epoch && row.CreatedAt > since, cancellationToken);
    }
}
