using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Deliveries;

/// <summary>Asks the notifier to send callbacks again. The request is safe once it is answered: its message is in the outbox.</summary>
public sealed class Resending(BatchStore store, IdempotentRequests requests, QuotaGate quotas, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Runs POST /v1/deliveries/{id}/resend.</summary>
    /// <exception cref="ProblemException">404 DELIVERY_NOT_FOUND: unknown, its batch is deleted, or another tenant's.</exception>
    public async Task<IResult> OneAsync(HttpContext context, string id)
    {
        var delivery = await FindAsync(context, id);
        var body = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, delivery.BatchId, delivery.Batch, async ticket =>
        {
            ticket.Fingerprint?.Add(body.Span);
            return await ticket.SealAsync() ?? await AskAsync(new ResendDelivery(delivery.Id, Now), context.Actor(), $"deliveries/{delivery.Id:D}");
        });
    }

    /// <summary>Asks for one delivery that is known.</summary>
    public Task AskAsync(Guid deliveryId, Actor actor) => AskAsync(new ResendDelivery(deliveryId, Now), actor, $"deliveries/{deliveryId:D}");

    /// <summary>Runs POST /v1/deliveries/resend.</summary>
    public async Task<IResult> RangeAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, Guid.Empty, number: 0, async ticket =>
        {
            ticket.Fingerprint?.Add(body.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var range = Range(context.Tenant(), RequestBody.Parse<ResendBody>(body));
            await using var db = store.Read();
            var count = await InRange(db, range).CountAsync(context.RequestAborted);
            return await AskAsync(range, context.Actor(), "deliveries", $"{range.From:O} to {range.To:O}", count);
        });
    }

    private async Task<Answer> AskAsync<T>(T message, Actor actor, string resource, string? detail = null, int count = 1)
        where T : class
    {
        await quotas.EnsureAsync(actor.Tenant, new QuotaUse(Callbacks: count), CancellationToken.None);
        await using var unit = await store.BeginAsync();
        unit.Owe(message);
        unit.Record(actor, AuditActions.DeliveryResend, resource, detail);
        await unit.CommitAsync();
        return Answer.Of(StatusCodes.Status202Accepted, new ResendView(count));
    }

    private async Task<Delivery> FindAsync(HttpContext context, string id)
    {
        if (!Guid.TryParse(id, out var wanted))
        {
            throw new ProblemException(Problems.DeliveryNotFound());
        }

        var tenant = context.Tenant();
        await using var db = store.Read();
        return await db.Deliveries
            .Where(row => row.Id == wanted && row.Tenant == tenant && db.Batches.Any(batch => batch.CorrelationId == row.BatchId && batch.DeletedAt == null))
            .Select(row => new Delivery { Id = row.Id, Batch = row.Batch, BatchId = row.BatchId })
            .FirstOrDefaultAsync(context.RequestAborted)
            ?? throw new ProblemException(Problems.DeliveryNotFound());
    }

    private ResendDeliveries Range(string tenant, ResendBody body) => (body.From, body.To) switch
    {
        (null, _) => throw new ProblemException(Problems.InvalidField("from", "is missing")),
        (_, null) => throw new ProblemException(Problems.InvalidField("to", "is missing")),
        ({ } from, { } to) when from >= to => throw new ProblemException(Problems.InvalidField("to", "must be later than from")),
        ({ } from, { } to) => new ResendDeliveries(tenant, from.UtcDateTime, to.UtcDateTime, Now),
    };

    private static IQueryable<Delivery> InRange(StoreDb db, ResendDeliveries range) => db.Deliveries.Where(row =>
        row.Tenant == range.Tenant && row.CreatedAt >= range.From && row.CreatedAt < range.To
        && (row.State == DeliveryStates.Failed || row.State == DeliveryStates.Held));
}
