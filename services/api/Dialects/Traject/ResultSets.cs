using System.Globalization;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Deliveries;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Shows the runs of a batch that are over, with links to their files and what became of their webhooks.</summary>
public sealed class ResultSets(BatchStore store, TrajectBatches mine, TrajectLinking linking, Resending resending, IOptions<TrajectOptions> options)
{
    /// <summary>GET /batches/{id}/results: newest first.</summary>
    public async Task<IResult> ListAsync(HttpContext context, TrajectWords words, string id)
    {
        var batch = await mine.FindAsync(context, words, id);
        await using var db = store.Read();
        var runs = await Over(db, batch).OrderByDescending(run => run.Number).ToListAsync(context.RequestAborted);
        var webhooks = await WebhooksAsync(db, batch, context.RequestAborted);
        var body = TrajectRefusal.Body(success: true);
        body[$"{words.Batch}_id"] = TrajectFiles.BatchId(batch.Number);
        body[words.Batch] = await mine.ViewAsync(batch, words, context.RequestAborted);
        body["results_count"] = runs.Count;
        body["results"] = new JsonArray([.. runs.Select(run => View(batch, run, words, webhooks))]);
        return Results.Json(body, ApiJson.Options);
    }

    /// <summary>GET /batches/{id}/results/{n}, …/jsonlines and …/csv.</summary>
    public async Task<IResult> GetAsync(HttpContext context, TrajectWords words, string id, string set, string format)
    {
        var batch = await mine.FindAsync(context, words, id);
        await using var db = store.Read();
        var run = await FindAsync(db, batch, set, context.RequestAborted);
        var view = View(batch, run, words, await WebhooksAsync(db, batch, context.RequestAborted));
        var fields = format == "csv" ? new TrajectParameters(await TrajectDialect.ParametersAsync(context)).Text("csv_fields", old: null) : null;
        var (pages, allPages) = linking.For(context, words, batch).Of(run.Number, run.Seq, format, fields);
        view["download_links"] = new JsonObject { ["pages"] = new JsonArray([.. pages.Select(page => JsonValue.Create(page))]), ["all_pages"] = allPages };
        var body = TrajectRefusal.Body(success: true);
        body[$"{words.Batch}_id"] = TrajectFiles.BatchId(batch.Number);
        body["result"] = view;
        return Results.Json(body, ApiJson.Options);
    }

    /// <summary>GET /batches/{id}/results/{n}/resendwebhook.</summary>
    public async Task<IResult> ResendAsync(HttpContext context, TrajectWords words, string id, string set)
    {
        var batch = await mine.FindAsync(context, words, id);
        await using var db = store.Read();
        var run = await FindAsync(db, batch, set, context.RequestAborted);
        var delivery = await db.Deliveries
            .Where(row => row.Batch == batch.Number && row.Run == run.Number && row.Seq == Delivery.EndSeq)
            .OrderByDescending(row => row.Epoch)
            .Select(row => (Guid?)row.Id)
            .FirstOrDefaultAsync(context.RequestAborted);
        if (delivery is null || batch.Callback is null)
        {
            throw TrajectRefusal.Invalid("notification_webhook", $"was not set for this {words.BatchTitle}, so there is nothing to resend");
        }

        await resending.AskAsync(delivery.Value, context.Actor());
        return Results.Json(TrajectRefusal.Body(success: true, "Webhook POST resent successfully."));
    }

    /// <summary>The run that is the result set of that id.</summary>
    /// <exception cref="ProblemException">404: there is no such result set.</exception>
    internal static async Task<Run> FindAsync(StoreDb db, Batch batch, string set, CancellationToken cancellationToken)
    {
        _ = int.TryParse(set, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return await Over(db, batch).SingleOrDefaultAsync(run => run.Number == number, cancellationToken) ?? throw TrajectRefusal.UnknownResultSet(set);
    }

    // A run that goes on is no result set yet, one whose results have expired none any more.
    private static IQueryable<Run> Over(StoreDb db, Batch batch)
    {
        var last = TrajectBatches.IsActive(batch) ? batch.Run - 1 : batch.Run;
        return db.Runs.Where(run => run.Batch == batch.Number && run.Number <= last && run.ExpiredAt == null);
    }

    private JsonObject View(Batch batch, Run run, TrajectWords words, ILookup<int, (string State, DeliveryAttempt? Attempt)> webhooks)
    {
        var ended = run.SettledAt ?? (run.Number == batch.Run ? batch.EndedAt : null) ?? run.CreatedAt;
        return new JsonObject
        {
            ["id"] = run.Number,
            ["started_at"] = TrajectFiles.Time(run.CreatedAt),
            ["ended_at"] = TrajectFiles.Time(ended),
            ["expires_at"] = TrajectFiles.Time(ended.AddDays(options.Value.ResultDays)),
            ["results_page_count"] = TrajectFiles.Pages(run.Seq),
            [$"{words.Searches}_completed"] = run.Completed,
            [$"{words.Searches}_failed"] = run.Failed,
            [$"{words.Searches}_total"] = run.Total,
            ["webhook_status"] = Webhook([.. webhooks[run.Number]]),
            ["destination_status"] = new JsonObject(),
        };
    }

    private static JsonObject Webhook(IReadOnlyList<(string State, DeliveryAttempt? Attempt)> attempts) => new()
    {
        ["status"] = attempts.Count == 0 ? "not_set" : attempts[0].State switch
        {
            DeliveryStates.Delivered => "success",
            DeliveryStates.Waiting => "pending",
            _ => "failed",
        },
        ["log"] = new JsonArray([.. attempts.Where(each => each.Attempt is not null).Select(each => new JsonObject
        {
            ["date_time"] = TrajectFiles.Time(each.Attempt!.At),
            ["text"] = each.Attempt.StatusCode == 0 ? "Webhook POST got no answer" : $"Webhook POST got status {each.Attempt.StatusCode}",
        })]),
    };

    // By run, the attempts in order.
    private static async Task<ILookup<int, (string State, DeliveryAttempt? Attempt)>> WebhooksAsync(StoreDb db, Batch batch, CancellationToken cancellationToken)
    {
        var rows = await (
            from delivery in db.Deliveries
            where delivery.Batch == batch.Number && delivery.Seq == Delivery.EndSeq
            join attempt in db.DeliveryAttempts on delivery.Id equals attempt.Delivery into attempts
            from each in attempts.DefaultIfEmpty()
            orderby delivery.Run, delivery.Epoch descending, each.Number
            select new { delivery.Run, delivery.State, Attempt = each }).ToListAsync(cancellationToken);
        return rows.ToLookup(row => row.Run, row => (row.State, (DeliveryAttempt?)row.Attempt));
    }
}
