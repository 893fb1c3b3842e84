using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>Claims deliveries and records what came of them. Every step is conditional, so that any number of notifiers may run.</summary>
public sealed partial class DeliveryLedger(BatchStore store, ILogger<DeliveryLedger> logger)
{
    /// <summary>
    /// Takes a due delivery for as long as <paramref name="lease"/>; null when somebody else has it, or it is gone. A
    /// notifier that dies before it has recorded the attempt leaves the delivery to whoever comes after the lease.
    /// </summary>
    public async Task<Delivery?> ClaimAsync(Guid id, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var claimed = await unit.Db.Deliveries
            .Where(row => row.Id == id && row.State == DeliveryStates.Waiting && row.DueAt <= unit.Now)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.DueAt, unit.Now + lease), cancellationToken);
        var delivery = claimed == 0 ? null : await unit.Db.Deliveries.AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
        await unit.CommitAsync(cancellationToken);
        return delivery;
    }

    /// <summary>Adds the attempt and decides whether there is another. Nothing is written when the delivery is gone or was meanwhile another's.</summary>
    public async Task RecordAsync(Delivery delivery, AttemptResult result, DateTime startedAt, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var number = delivery.Attempts + 1;
        var (state, dueAt) = Next(number, result, unit.Now);
        var recorded = await unit.Db.Deliveries
            .Where(row => row.Id == delivery.Id && row.State == DeliveryStates.Waiting && row.Attempts == delivery.Attempts)
            .ExecuteUpdateAsync(
                row => row.SetProperty(r => r.State, state).SetProperty(r => r.DueAt, dueAt).SetProperty(r => r.Attempts, number),
                cancellationToken);
        if (recorded == 0)
        {
            return;
        }

        unit.Db.DeliveryAttempts.Add(new DeliveryAttempt
        {
            Delivery = delivery.Id,
            Number = number,
            At = startedAt,
            StatusCode = result.StatusCode,
            DurationMs = (int)(unit.Now - startedAt).TotalMilliseconds,
            Answer = result.Answer,
        });
        await unit.CommitAsync(cancellationToken);
        Log.Attempted(logger, delivery.Id, delivery.Batch, number, result.StatusCode, state);
    }

    private static (string State, DateTime DueAt) Next(int attempts, AttemptResult result, DateTime now)
    {
        if (result.Delivered)
        {
            return (DeliveryStates.Delivered, now);
        }

        return !result.Hopeless && DeliverySchedule.WaitAfter(attempts, Random.Shared.NextDouble()) is { } wait
            ? (DeliveryStates.Waiting, now + wait)
            : (DeliveryStates.Failed, now);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Id} of batch {Batch}: attempt {Attempt} answered {Status}, now {State}")]
        public static partial void Attempted(ILogger logger, Guid id, long batch, int attempt, int status, string state);
    }
}
