using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Deliveries;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>What can be asked of a submitted batch.</summary>
public sealed class IvvyBatches(
    BatchStore store, DialectBatches batches, IvvyDialect dialect, BatchViews views, BatchCommands commands, Resending resending)
{
    /// <summary>How much of the work is done, in whole percent.</summary>
    public async Task<IResult> ProgressAsync(HttpContext context, IvvyBody body)
    {
        var counts = await CountAsync(context, await FindAsync(context, body, IvvyFaults.ProgressOfUnknown));
        return Results.Json(new JsonObject { ["progress"] = counts.Total == 0 ? 0 : Done(counts) * 100L / counts.Total });
    }

    /// <summary>What became of the jobs, in their order.</summary>
    /// <exception cref="ProblemException">24114: some are not over.</exception>
    public async Task<IResult> ResultsAsync(HttpContext context, IvvyBody body)
    {
        var batch = await FindCompletedAsync(context, body);
        var seen = BatchRef.Of(batch);
        await using var db = store.Read();
        var runs = await seen.LatestRunsAsync(db, context.RequestAborted);
        context.Response.ContentType = "application/json";
        var download = new ResultDownload(store, seen, runs[^1].Number, new ResultQuery(batch.Number, state: null));
        if (!await download.WriteAsync(
            [new ResultStretch(runs, ResultOrder.Index, From: 0, batch.NextIndex)],
            page => new IvvyResults(page, batch.CorrelationId),
            context.Response.Body,
            context.RequestAborted))
        {
            context.Abort();
        }

        return Results.Empty;
    }

    /// <summary>Lets a batch go on that was paused or stopped; one that runs does so anyway.</summary>
    public async Task<IResult> RestartAsync(HttpContext context, IvvyBody body)
    {
        var batch = await FindAsync(context, body, IvvyFaults.ProgressOfUnknown);
        if (IsCompleted(await CountAsync(context, batch)))
        {
            throw IvvyFaults.Invalid("async", "The batch is completed");
        }

        var reply = batch switch
        {
            { Paused: true } => await commands.SendAsync(new ResumeBatch(batch.CorrelationId, Guid.NewGuid(), context.Actor())),
            { CurrentState: nameof(BatchState.Stopped) } => await commands.SendAsync(new StartBatch(batch.CorrelationId, Guid.NewGuid(), context.Actor())),
            _ => null,
        };
        return reply is null or { Accepted: true } ? Results.Json(new JsonObject { ["restarted"] = true }) : dialect.Refuse(reply.AsProblem());
    }

    /// <summary>Sends the callback of a completed batch again; one that is owed but not written down yet is on its way.</summary>
    /// <exception cref="ProblemException">24114: the batch is not completed.</exception>
    public async Task<IResult> RepostAsync(HttpContext context, IvvyBody body)
    {
        var batch = await FindCompletedAsync(context, body);
        await using var db = store.Read();
        var latest = await db.Deliveries
            .Where(delivery => delivery.Batch == batch.Number && delivery.Seq == Delivery.EndSeq)
            .OrderByDescending(delivery => delivery.Epoch)
            .Select(delivery => (Guid?)delivery.Id)
            .FirstOrDefaultAsync(context.RequestAborted);
        if (latest is not null)
        {
            await resending.AskAsync(latest.Value, context.Actor());
        }

        return Results.Json(new JsonObject { ["reposted"] = true });
    }

    private async Task<Batch> FindAsync(HttpContext context, IvvyBody body, int unknown) =>
        body.Async() is { } id && await batches.FindAsync(context, dialect, id) is { } batch
            ? batch
            : throw IvvyFaults.Of(unknown, "Could not find batch");

    private async Task<Batch> FindCompletedAsync(HttpContext context, IvvyBody body)
    {
        var batch = await FindAsync(context, body, IvvyFaults.ResultsOfUnknown);
        return IsCompleted(await CountAsync(context, batch)) ? batch : throw IvvyFaults.Of(IvvyFaults.NotCompleted, "Batch has not been completed");
    }

    private async Task<BatchCounts> CountAsync(HttpContext context, Batch batch) =>
        await views.FindAsync(context.Tenant(), batch.CorrelationId, context.RequestAborted) is { } view
            ? view.Counts
            : throw IvvyFaults.Of(IvvyFaults.ResultsOfUnknown, "Could not find batch");

    // Not by the batch's state, which follows a moment later: who saw 100 percent takes the results.
    private static bool IsCompleted(BatchCounts counts) => Done(counts) == counts.Total;

    private static int Done(BatchCounts counts) => counts.Completed + counts.Failed;
}
