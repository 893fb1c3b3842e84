using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Clocks;

/// <summary>
/// Takes back slices whose holder has gone silent, and slices that no worker took although they were sent long ago.
/// Nothing expires until one lease after this process, the database or the broker came back: until then it may be their
/// absence, not the worker's, that kept heartbeats away.
/// </summary>
public sealed partial class LeaseClock(
    BatchStore store,
    DispatchSignal signal,
    IBusControl bus,
    OrchestratorMetrics metrics,
    TimeProvider time,
    IOptions<OrchestratorOptions> options,
    ILogger<LeaseClock> logger) : Clock(time, logger)
{
    private readonly TimeProvider _time = time;
    private long _troubleAt = time.GetTimestamp();

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        if (bus.CheckHealth().Status == BusHealthStatus.Unhealthy)
        {
            OnFailure();
        }

        var mayExpire = _time.GetElapsedTime(_troubleAt).TotalSeconds >= options.Value.LeaseSeconds;
        await using var unit = await store.BeginAsync(cancellationToken);
        var lost = mayExpire ? await TakeBackAsync(unit, SliceState.Taken, lost: 1, cancellationToken) : 0;
        var unsent = await TakeBackAsync(unit, SliceState.Queued, lost: 0, cancellationToken);
        await unit.CommitAsync(cancellationToken);
        if (lost + unsent > 0)
        {
            Log.TakenBack(logger, lost, unsent);
            metrics.TakenBack(lost, unsent);
            signal.Wake();
        }
    }

    protected override void OnFailure() => _troubleAt = _time.GetTimestamp();

    private static Task<int> TakeBackAsync(WorkUnit unit, SliceState from, int lost, CancellationToken cancellationToken) =>
        unit.Db.Slices
            .Where(slice => slice.State == from && slice.LeaseUntil < unit.Now)
            .ExecuteUpdateAsync(
                slice => slice
                    .SetProperty(s => s.State, SliceState.Returned)
                    .SetProperty(s => s.Holder, (Guid?)null)
                    .SetProperty(s => s.Lost, s => s.Lost + lost),
                cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Took back {Lost} slices whose worker went silent and {Unsent} that nobody took")]
        public static partial void TakenBack(ILogger logger, int lost, int unsent);
    }
}
