using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>A delivery that this process may send now.</summary>
/// <param name="Delivery">What to send, and where.</param>
/// <param name="Secrets">What to sign it with.</param>
/// <param name="AllowHttp">Its callback may go by plain http.</param>
public sealed record Claim(Delivery Delivery, IReadOnlyList<CallbackSecret> Secrets, bool AllowHttp = false);

/// <summary>Claims deliveries and records what came of them. Every step is conditional, so that any number of notifiers may run.</summary>
public sealed partial class DeliveryLedger(BatchStore store, FailingReceivers receivers, IOptions<NotifierOptions> options, ILogger<DeliveryLedger> logger)
{
    /// <summary>
    /// Takes a due delivery for as long as <paramref name="lease"/>; null when somebody else has it, or it is not to be sent
    /// any more. It goes where the batch's callback now says, signed with that callback's secrets. A notifier that dies before
    /// it has recorded the attempt leaves the delivery to whoever comes after the lease.
    /// </summary>
    public async Task<Claim?> ClaimAsync(Guid id, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var claimed = await unit.Db.Deliveries
            .Where(row => row.Id == id && row.State == DeliveryStates.Waiting && row.DueAt <= unit.Now && (row.ClaimedUntil == null || row.ClaimedUntil <= unit.Now))
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.ClaimedUntil, unit.Now + lease), cancellationToken);
        if (claimed == 0)
        {
            return null;
        }

        var delivery = await unit.Db.Deliveries.SingleAsync(row => row.Id == id, cancellationToken);
        var batch = await unit.Db.Batches
            .Where(row => row.Number == delivery.Batch && row.DeletedAt == null)
            .Select(row => new { row.Callback })
            .SingleOrDefaultAsync(cancellationToken);
        if (batch?.Callback is { } callback)
        {
            var url = new ReceiverUrl(callback.Url);
            (delivery.Url, delivery.Host) = (url.Text, url.Host);
            delivery.State = delivery.Resent || !await receivers.IsDisabledAsync(unit.Db, delivery, cancellationToken) ? DeliveryStates.Waiting : DeliveryStates.Held;
        }
        else
        {
            delivery.State = DeliveryStates.Cancelled;
        }

        var isToBeSent = delivery.State == DeliveryStates.Waiting;
        delivery.ClaimedUntil = isToBeSent ? delivery.ClaimedUntil : null;
        await unit.CommitAsync(cancellationToken);
        if (isToBeSent)
        {
            var secrets = (batch!.Callback!.Secrets ?? []).Where(secret => secret.Until is null || secret.Until > unit.Now);
            return new Claim(delivery, [.. secrets], batch.Callback.AllowHttp);
        }

        Log.NotSent(logger, delivery.Id, delivery.Batch, delivery.State);
        return null;
    }

    /// <summary>Adds the attempt and decides whether there is another. Nothing is written when the delivery is gone or was meanwhile another's.</summary>
    public async Task RecordAsync(Claim claim, AttemptResult result, DateTime startedAt, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        var (id, number) = (claim.Delivery.Id, claim.Delivery.Attempts + 1);

        // As it now is: a client may have asked for it again in between.
        var delivery = await unit.Db.Deliveries.AsNoTracking()
            .Where(row => row.Id == id && row.State == DeliveryStates.Waiting && row.Attempts == claim.Delivery.Attempts)
            .Select(row => new { row.Failures, row.DueAt })
            .SingleOrDefaultAsync(cancellationToken);
        if (delivery is null)
        {
            return;
        }

        var disabled = await receivers.NoteAsync(unit, claim.Delivery, result, options.Value.DisableAfterHours, cancellationToken);
        var failures = result.Delivered ? 0 : delivery.Failures + 1;
        var (state, dueAt) = Next(claim.Delivery.Event, failures, result, disabled, unit.Now);
        var recorded = await unit.Db.Deliveries
            .Where(row => row.Id == id && row.Attempts == claim.Delivery.Attempts && row.Failures == delivery.Failures && row.DueAt == delivery.DueAt)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(r => r.State, state)
                    .SetProperty(r => r.DueAt, dueAt)
                    .SetProperty(r => r.Attempts, number)
                    .SetProperty(r => r.Failures, failures)
                    .SetProperty(r => r.ClaimedUntil, (DateTime?)null),
                cancellationToken);
        if (recorded == 0)
        {
            return;
        }

        unit.Db.DeliveryAttempts.Add(new DeliveryAttempt
        {
            Delivery = id,
            Number = number,
            At = startedAt,
            StatusCode = result.StatusCode,
            DurationMs = (int)(unit.Now - startedAt).TotalMilliseconds,
            Answer = result.Answer,
        });
        await unit.CommitAsync(cancellationToken);
        Log.Attempted(logger, id, claim.Delivery.Batch, number, result.StatusCode, state);
    }

    private static (string State, DateTime DueAt) Next(string type, int failures, AttemptResult result, bool disabled, DateTime now)
    {
        if (result.Delivered || result.Gone)
        {
            return (result.Delivered ? DeliveryStates.Delivered : DeliveryStates.Failed, now);
        }

        return DeliverySchedule.WaitAfter(type, failures, result.RetryAfter, Random.Shared.NextDouble()) is { } wait
            ? (disabled ? DeliveryStates.Held : DeliveryStates.Waiting, now + wait)
            : (DeliveryStates.Failed, now);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Id} of batch {Batch}: attempt {Attempt} answered {Status}, now {State}")]
        public static partial void Attempted(ILogger logger, Guid id, long batch, int attempt, int status, string state);

        [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Id} of batch {Batch} is not sent: it is {State}")]
        public static partial void NotSent(ILogger logger, Guid id, long batch, string state);
    }
}
