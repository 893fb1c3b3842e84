using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Schedules;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Keeps a batch's row of <c>schedules</c> in step with the saga's transitions, in the same transaction.</summary>
internal sealed class FireBook(WorkUnit unit)
{
    private StoreDb Db => unit.Db;

    /// <summary>Plans the next fire of a new or changed schedule. Fires of the old one do nothing from then on.</summary>
    public async Task PlanAsync(Batch batch)
    {
        batch.ScheduleRevision++;
        batch.Fires = [];
        if (batch.Schedule is null)
        {
            await EndAsync(batch);
            return;
        }

        var row = await Db.Schedules.FirstOrDefaultAsync(schedule => schedule.Batch == batch.Number)
            ?? Db.Schedules.Add(new ScheduledBatch { Batch = batch.Number, BatchId = batch.CorrelationId, Tenant = batch.Tenant }).Entity;
        var next = NextFire.After(unit.Now, batch.Schedule);
        (row.Revision, row.PlannedAt, row.NextAt) = (batch.ScheduleRevision, next?.PlannedAt, next?.At);
    }

    /// <summary>The batch fires no more.</summary>
    public Task EndAsync(Batch batch) => Row(batch).ExecuteDeleteAsync();

    /// <summary>Notes what became of the last fire that was heard.</summary>
    public Task RecordAsync(Batch batch, FireResult result)
    {
        var run = result == FireResult.Started ? batch.Run : (int?)null;
        var at = batch.Fires[^1];
        return Row(batch).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.LastFireAt, at)
            .SetProperty(row => row.LastResult, result)
            .SetProperty(row => row.LastRun, run));
    }

    private IQueryable<ScheduledBatch> Row(Batch batch) => Db.Schedules.Where(row => row.Batch == batch.Number);
}
