using BatchPlatform.Defaults;
using BatchPlatform.Orchestrator.Lifecycle;
using BatchPlatform.Store;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Retention;

/// <summary>
/// Removes what has been kept long enough: the orchestrator's own rows in short transactions, whole batches by asking the
/// saga. Nothing that runs is touched; several orchestrators may do it at once.
/// </summary>
internal sealed partial class RetentionClock(
    BatchStore store, ExpiredRuns runs, IdleBatches batches, TimeProvider time, IOptions<RetentionOptions> options, ILogger<RetentionClock> logger) : Clock(time, logger)
{
    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        var kept = options.Value;
        if (kept.RunDays > 0)
        {
            Report("runs", await runs.RemoveAsync(Before(kept.RunDays), cancellationToken));
        }

        if (kept.OutcomeDays > 0)
        {
            Report("runs' results", await runs.EmptyAsync(Before(kept.OutcomeDays), cancellationToken));
        }

        if (kept.IdleBatchDays > 0)
        {
            Report("idle batches", await batches.RemoveAsync(Before(kept.IdleBatchDays), cancellationToken));
        }

        await LateCreates.ForgetAsync(store, cancellationToken);
    }

    private DateTime Before(double days) => _time.GetUtcNow().UtcDateTime.AddDays(-days);

    private void Report(string what, int count)
    {
        if (count > 0)
        {
            Log.Expired(_logger, count, what);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} {What} had expired and were removed")]
        public static partial void Expired(ILogger logger, int count, string what);
    }
}
