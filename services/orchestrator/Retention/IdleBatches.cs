using BatchPlatform.Contracts;
using BatchPlatform.Store;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Retention;

/// <summary>Has the saga delete batches that nobody has used for long. It refuses when one was changed since it was found.</summary>
internal sealed class IdleBatches(BatchStore store, IBus bus)
{
    private const int Page = 100;
    private static readonly Uri Lifecycle = new($"exchange:{Queues.BatchLifecycle}");
    private static readonly string[] AtRest = [nameof(BatchState.Created), nameof(BatchState.Stopped), nameof(BatchState.Finished)];

    /// <summary>Deletes what was last changed before then.</summary>
    /// <returns>How many batches.</returns>
    public async Task<int> RemoveAsync(DateTime before, CancellationToken cancellationToken)
    {
        var (count, after) = (0, 0L);
        while (await IdleAsync(before, after, cancellationToken) is { Count: > 0 } idle)
        {
            foreach (var (id, number) in idle)
            {
                count += await DeleteAsync(id, before, cancellationToken) ? 1 : 0;
                after = number;
            }
        }

        return count;
    }

    private async Task<List<(Guid Id, long Number)>> IdleAsync(DateTime before, long after, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var idle = await db.Batches
            .Where(batch => batch.Number > after && batch.UpdatedAt < before && AtRest.Contains(batch.CurrentState) && batch.DeletedAt == null && !batch.StopOwed)
            .Where(batch => !db.Schedules.Any(schedule => schedule.Batch == batch.Number && schedule.NextAt != null))
            .Where(batch => !db.Appends.Any(append => append.Batch == batch.Number))
            .OrderBy(batch => batch.Number)
            .Take(Page)
            .Select(batch => new { batch.CorrelationId, batch.Number })
            .ToListAsync(cancellationToken);
        return idle.ConvertAll(batch => (batch.CorrelationId, batch.Number));
    }

    private async Task<bool> DeleteAsync(Guid id, DateTime before, CancellationToken cancellationToken)
    {
        var command = new DeleteBatch(id, Guid.NewGuid(), Force: false, UnchangedSince: before);
        var reply = await bus.CreateRequestClient<DeleteBatch>(Lifecycle).GetResponse<CommandReply>(command, cancellationToken);
        return reply.Message.Accepted;
    }
}
