using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Clocks;

/// <summary>
/// Repeats <see cref="StopRun"/> until no slice of a stopped or superseded run is in a worker's hands, and tells the saga when that is
/// so, or when it has taken too long.
/// </summary>
public sealed class StopClock(BatchStore store, IBus bus, TimeProvider time, IOptions<OrchestratorOptions> options, ILogger<StopClock> logger)
    : Clock(time, logger)
{
    private readonly TimeProvider _time = time;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        foreach (var run in await StoppedButLiveAsync(cancellationToken))
        {
            await bus.Publish(run, cancellationToken).OrTimeoutAsync(_time, cancellationToken);
        }

        await AnnounceQuiescedAsync(cancellationToken);
    }

    // A run whose place another took goes on no more either: a fire may begin one while the last is being stopped.
    private async Task<List<StopRun>> StoppedButLiveAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await (
            from slice in db.Slices.Where(slice => slice.State != SliceState.Returned).Select(slice => new { slice.BatchId, slice.Run }).Distinct()
            join batch in db.Batches on slice.BatchId equals batch.CorrelationId
            where batch.CurrentState == nameof(BatchState.Stopped) || batch.DeletedAt != null || slice.Run < batch.Run
            select new StopRun(batch.CorrelationId, slice.Run, batch.Epoch, batch.DeletedAt != null))
            .ToListAsync(cancellationToken);
    }

    private async Task AnnounceQuiescedAsync(CancellationToken cancellationToken)
    {
        var waitedEnough = _time.GetUtcNow().UtcDateTime.AddSeconds(-options.Value.QuiesceSeconds);
        await using var db = store.Read();
        var quiesced = await db.Batches
            .Where(batch => batch.StopOwed && batch.CurrentState == nameof(BatchState.Stopped))
            .Where(batch => batch.EndedAt <= waitedEnough
                || !db.Slices.Any(slice => slice.Batch == batch.Number && slice.Run == batch.Run && slice.State != SliceState.Returned))
            .OrderBy(batch => batch.Number)
            .Select(batch => new RunQuiesced(batch.CorrelationId, batch.Run, batch.Epoch))
            .Take(1000)
            .ToListAsync(cancellationToken);
        foreach (var run in quiesced)
        {
            // Needs no outbox: while the saga has not heard it, the next tick says it again.
            await bus.Publish(run, cancellationToken).OrTimeoutAsync(_time, cancellationToken);
        }
    }
}
