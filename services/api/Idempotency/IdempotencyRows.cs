using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Security;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Idempotency;

/// <summary>Writes the table <c>idempotency</c>. A row belongs to whoever claimed it until its lease has passed.</summary>
public sealed class IdempotencyRows(BatchStore store, SecretBox box, TimeProvider time, IOptions<ApiOptions> options)
{
    // No JSON begins so.
    private const string Encrypted = "encrypted:";

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DateTime NextLease => Now.AddSeconds(options.Value.LeaseSeconds);

    /// <summary>Claims a key with these ids; gives the row with the ids that count, which are an earlier attempt's when there was one.</summary>
    /// <exception cref="ProblemException">409 REQUEST_IN_PROGRESS: another has the claim.</exception>
    internal async Task<IdempotentRequest> ClaimAsync(IdempotentRequest wanted, CancellationToken cancellationToken)
    {
        var row = await ClaimRowAsync(wanted, cancellationToken);
        // Not within the claim's transaction: for the key ring there may be a key to write.
        row.Answer = Readable(row.Answer);
        return row;
    }

    private async Task<IdempotentRequest> ClaimRowAsync(IdempotentRequest wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            (wanted.CreatedAt, wanted.LeaseUntil) = (Now, NextLease);
            if (await unit.Db.InsertIfAbsentAsync(wanted, cancellationToken))
            {
                await unit.CommitAsync(cancellationToken);
                return wanted;
            }

            // Gone again when its owner was refused in between: then it is ours to insert.
            if (await unit.Db.Idempotency.AsNoTracking().FirstOrDefaultAsync(row => row.Tenant == wanted.Tenant && row.Key == wanted.Key, cancellationToken) is { } row)
            {
                if (row.Status is null)
                {
                    await TakeOverAsync(unit.Db, row, cancellationToken);
                    await unit.CommitAsync(cancellationToken);
                }

                return row;
            }
        }
    }

    internal async Task RenewAsync(StoreDb db, IdempotentRequest row)
    {
        var lease = NextLease;
        EnsureHeld(await Held(db, row, row.CommandId).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, lease)));
    }

    internal Task UpdateAsync(IdempotentRequest row, Action<UpdateSettersBuilder<IdempotentRequest>> set, Guid? heldAs = null) =>
        InUnitAsync(async db => EnsureHeld(await Held(db, row, heldAs ?? row.CommandId).ExecuteUpdateAsync(set)));

    internal Task KeepAsync(IdempotentRequest row, Answer answer)
    {
        var body = answer.IsSecret ? Encrypted + box.Protect(answer.Body) : answer.Body;
        return InUnitAsync(db => Held(db, row, row.CommandId).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.Status, answer.Status)
            .SetProperty(r => r.Answer, body)));
    }

    /// <summary>Lets the next attempt take over at once.</summary>
    internal Task ReleaseAsync(IdempotentRequest row)
    {
        var now = Now;
        return InUnitAsync(db => Held(db, row, row.CommandId).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, now)));
    }

    internal Task RemoveAsync(IdempotentRequest row) => InUnitAsync(db => Held(db, row, row.CommandId).ExecuteDeleteAsync());

    private static IQueryable<IdempotentRequest> Held(StoreDb db, IdempotentRequest row, Guid commandId) =>
        db.Idempotency.Where(r => r.Tenant == row.Tenant && r.Key == row.Key && r.CommandId == commandId && r.Status == null);

    private string? Readable(string? answer) =>
        answer?.StartsWith(Encrypted, StringComparison.Ordinal) == true ? box.Unprotect(answer[Encrypted.Length..]) : answer;

    private static void EnsureHeld(int rows)
    {
        if (rows == 0)
        {
            throw new ProblemException(InProgress());
        }
    }

    private static Problem InProgress() => Problems.Conflict(ErrorCodes.RequestInProgress, "A request with this Idempotency-Key is being worked on.");

    // A command that was certainly not sent gets a new id: whoever cleans up behind the earlier attempt makes the old one unusable.
    private async Task TakeOverAsync(StoreDb db, IdempotentRequest row, CancellationToken cancellationToken)
    {
        var (now, lease, old) = (Now, NextLease, row.CommandId);
        row.CommandId = row.Fingerprint.Length > 0 ? old : Guid.NewGuid();
        EnsureHeld(await Held(db, row, old).Where(r => r.LeaseUntil <= now).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.LeaseUntil, lease).SetProperty(r => r.CommandId, row.CommandId), cancellationToken));
    }

    // Not with the request's token: what happened must be written down even when the client has gone.
    private async Task InUnitAsync(Func<StoreDb, Task> write)
    {
        await using var unit = await store.BeginAsync(CancellationToken.None);
        await write(unit.Db);
        await unit.CommitAsync(CancellationToken.None);
    }
}
