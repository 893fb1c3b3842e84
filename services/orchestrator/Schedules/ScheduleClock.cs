using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Schedules;

/// <summary>
/// Fires the schedules that are due. A row is advanced only from the time that was read, in the transaction that owes
/// <see cref="ScheduleFired"/>: of any number of orchestrators one fires, and a crash leaves both or neither behind.
/// </summary>
public sealed partial class ScheduleClock(BatchStore store, TimeProvider time, IOptions<OrchestratorOptions> options, ILogger<ScheduleClock> logger)
    : Clock(time, logger)
{
    private const int Page = 100;

    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        while (await DueAsync(cancellationToken) is { Count: > 0 } due)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            foreach (var (row, schedule) in due)
            {
                await FireAsync(unit, row, schedule, cancellationToken);
            }

            await unit.CommitAsync(cancellationToken);
            if (due.Count < Page)
            {
                return;
            }
        }
    }

    // In one order everywhere, so that two orchestrators that advance the same rows wait for each other and no more. Row and
    // schedule are of one moment: whoever changes the schedule raises the row's revision in the same transaction.
    private async Task<List<(ScheduledBatch Row, Schedule Schedule)>> DueAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        await using var db = store.Read();
        var due = await db.Schedules
            .Where(row => row.NextAt <= now)
            .OrderBy(row => row.NextAt).ThenBy(row => row.Batch)
            .Take(Page)
            .Join(db.Batches, row => row.BatchId, batch => batch.CorrelationId, (row, batch) => new { Row = row, batch.Schedule })
            .OrderBy(pair => pair.Row.NextAt).ThenBy(pair => pair.Row.Batch)
            .ToListAsync(cancellationToken);
        return due.ConvertAll(pair => (pair.Row, pair.Schedule!));
    }

    private async Task FireAsync(WorkUnit unit, ScheduledBatch row, Schedule schedule, CancellationToken cancellationToken)
    {
        var isMissed = unit.Now - row.NextAt > TimeSpan.FromSeconds(options.Value.MissedSeconds);
        if (!await AdvanceAsync(unit, row, NextFire.After(unit.Now, schedule), cancellationToken))
        {
            return;
        }

        if (isMissed && schedule.Missed == MissedPolicy.Skip)
        {
            await Row(unit, row).ExecuteUpdateAsync(
                set => set
                    .SetProperty(s => s.LastFireAt, row.PlannedAt)
                    .SetProperty(s => s.LastResult, FireResult.Missed)
                    .SetProperty(s => s.LastRun, (int?)null),
                cancellationToken);
            Log.Missed(_logger, row.Batch, row.PlannedAt!.Value);
            return;
        }

        unit.Owe(new ScheduleFired(row.BatchId, row.Revision, row.PlannedAt!.Value));
    }

    private static async Task<bool> AdvanceAsync(WorkUnit unit, ScheduledBatch row, NextFire? next, CancellationToken cancellationToken) =>
        await Row(unit, row).Where(s => s.Revision == row.Revision && s.NextAt == row.NextAt).ExecuteUpdateAsync(
            set => set
                .SetProperty(s => s.PlannedAt, next == null ? null : next.PlannedAt)
                .SetProperty(s => s.NextAt, next == null ? null : next.At),
            cancellationToken) == 1;

    private static IQueryable<ScheduledBatch> Row(WorkUnit unit, ScheduledBatch row) => unit.Db.Schedules.Where(s => s.Batch == row.Batch);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} was to run at {PlannedAt:u}; nobody was there to fire it, and its schedule skips what was missed")]
        public static partial void Missed(ILogger logger, long batch, DateTime plannedAt);
    }
}
