using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Store.Watching;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Watching;

/// <summary>Writes down what was done and what waited in each step, and removes what is a day old. Where nothing is done and nothing waits, nothing is written.</summary>
public sealed class ActivityClock(BatchStore store, ActivityTally tally, TimeProvider time, ILogger<ActivityClock> logger) : Clock(time, logger)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(25);

    private readonly TimeProvider _time = time;

    protected override TimeSpan Period => TimeSpan.FromSeconds(ActivityStep.Seconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(tally.Take(), cancellationToken);
        await using var db = store.Read();
        tally.Look(await Backlogs.ReadAsync(db, tenant: null, cancellationToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(tally.Take(all: true), cancellationToken);
    }

    private async Task WriteAsync(IReadOnlyList<ActivityStep> steps, CancellationToken cancellationToken)
    {
        if (steps.Count == 0)
        {
            return;
        }

        try
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            foreach (var step in steps)
            {
                // There already when the last attempt was committed and nobody heard of it.
                await unit.Db.InsertIfAbsentAsync(step, cancellationToken);
            }

            var old = _time.GetUtcNow().UtcDateTime - Kept;
            await unit.Db.Activity.Where(step => step.At < old).ExecuteDeleteAsync(cancellationToken);
            await unit.CommitAsync(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            tally.AddAll(steps);
            throw;
        }
    }
}
