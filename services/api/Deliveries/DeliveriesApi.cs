using System.ComponentModel;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Deliveries;

/// <summary>Callbacks owed and sent: the log, and sending again. The notifier alone writes them; it is asked by messages.</summary>
public static class DeliveriesApi
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void MapDeliveries(this RouteGroupBuilder v1)
    {
        v1.MapGet("/batches/{id}/deliveries", ListAsync)
            .WithTags("deliveries")
            .WithName("list-deliveries")
            .WithSummary("A batch's callbacks with every attempt, newest first")
            .Produces<Page<DeliveryView>>()
            .ProducesProblems(400, 404);
        var deliveries = v1.MapGroup("/deliveries").WithTags("deliveries");
        deliveries.MapPost("/{id}/resend", (string id, HttpContext context, Resending resending) => resending.OneAsync(context, id))
            .WithName("resend-delivery")
            .WithSummary("Send a callback again, whatever became of it")
            .Produces<ResendView>(202)
            .ProducesProblems(404)
            .TakesIdempotencyKey()
            .IsBoundByQuotas();
        deliveries.MapPost("/resend", (HttpContext context, Resending resending) => resending.RangeAsync(context))
            .WithName("resend-deliveries")
            .WithSummary("Send again what failed or was held back in a time range")
            .Accepts<ResendBody>("application/json")
            .Produces<ResendView>(202)
            .ProducesProblems(413, 415)
            .TakesIdempotencyKey()
            .IsBoundByQuotas();
    }

    private static async Task<IResult> ListAsync(
        string id,
        [Description("Deliveries, at most: 1 to 100, 20 when absent.")] string? limit,
        [Description("The next_cursor of the page before.")] string? cursor,
        HttpContext context,
        BatchStore store,
        CancellationToken cancellationToken)
    {
        var take = Parameter.Number("limit", limit, 1, MaxLimit) ?? DefaultLimit;
        var before = Cursor.Read(cursor) ?? long.MaxValue;
        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, context.Tenant(), id, cancellationToken);

        // The bodies, which may be large, are not read.
        var (epoch, seq) = ((int)(before >> 32), (int)(before & int.MaxValue));
        var rows = await db.Deliveries
            .Where(row => row.Batch == batch.Number && (row.Epoch < epoch || (row.Epoch == epoch && row.Seq < seq)))
            .OrderByDescending(row => row.Run).ThenByDescending(row => row.Epoch).ThenByDescending(row => row.Seq)
            .Take(take + 1)
            .Select(row => new Delivery
            {
                Id = row.Id, Event = row.Event, Run = row.Run, Epoch = row.Epoch, Seq = row.Seq, Url = row.Url, State = row.State, DueAt = row.DueAt, CreatedAt = row.CreatedAt,
            })
            .ToListAsync(cancellationToken);
        var attempts = await AttemptsAsync(db, rows, cancellationToken);
        return TypedResults.Ok(Page.Of(rows, take, row => View(row, attempts[row.Id]), row => Cursor.Write(((long)row.Epoch << 32) | (uint)row.Seq)));
    }

    private static async Task<ILookup<Guid, AttemptView>> AttemptsAsync(StoreDb db, List<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var ids = deliveries.ConvertAll(row => row.Id);
        var attempts = await db.DeliveryAttempts
            .Where(attempt => ids.Contains(attempt.Delivery))
            .OrderBy(attempt => attempt.Number)
            .ToListAsync(cancellationToken);
        return attempts.ToLookup(
            attempt => attempt.Delivery,
            attempt => new AttemptView(attempt.Number, attempt.At, attempt.StatusCode == 0 ? null : attempt.StatusCode, attempt.DurationMs, attempt.Answer));
    }

    private static DeliveryView View(Delivery row, IEnumerable<AttemptView> attempts) => new(
        row.Id, row.Event, row.Run, row.Url, row.State, row.State == DeliveryStates.Waiting ? row.DueAt : null, row.CreatedAt, [.. attempts]);
}
