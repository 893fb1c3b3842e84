using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier;

/// <summary>What a callback of format <c>json</c> with <c>summary</c> says. snake_case on the wire; members are added, never renamed.</summary>
/// <param name="Type">batch.finished or batch.stopped.</param>
/// <param name="Timestamp">When the batch ended, UTC.</param>
/// <param name="Data">About the batch.</param>
public sealed record CallbackBody(string Type, DateTime Timestamp, CallbackData Data)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Says it of the run that ended; a retry of failed jobs counts over the run that it retries.</summary>
    /// <param name="db">For reading the run's counts.</param>
    /// <param name="batch">The batch, which may have moved on since.</param>
    /// <param name="ended">What ended.</param>
    /// <param name="publicUrl">Where clients reach the API; without it links are relative.</param>
    public static async Task<CallbackBody> OfAsync(StoreDb db, Batch batch, BatchEnded ended, string? publicUrl, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(db, batch, ended, cancellationToken);
        var results = $"{publicUrl?.TrimEnd('/')}/v1/batches/{ended.BatchId:D}/results";
        var data = new CallbackData(
            ended.BatchId, ended.Number, batch.Name, ended.State.ToString(), ended.Run, counts, ended.EndedAt, new CallbackLinks(results));
        return new CallbackBody(EventOf(ended.State), ended.EndedAt, data);
    }

    /// <summary>The body as it is sent.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static string EventOf(BatchState state) => state == BatchState.Finished ? "batch.finished" : "batch.stopped";

    private static async Task<CallbackCounts> CountAsync(StoreDb db, Batch batch, BatchEnded ended, CancellationToken cancellationToken)
    {
        var root = await db.Runs
            .Where(run => run.Batch == ended.Number && run.Number == ended.Run)
            .Select(run => run.Root)
            .SingleOrDefaultAsync(cancellationToken);
        var runs = await db.Runs
            .Where(run => run.Batch == ended.Number && run.Root == root && run.Number <= ended.Run)
            .OrderBy(run => run.Number)
            .Select(run => new { run.Total, run.Completed, run.Failed })
            .ToListAsync(cancellationToken);
        return runs.Count == 0
            ? new CallbackCounts(batch.Total, 0, 0) // stopped before its run was laid out
            : new CallbackCounts(runs[0].Total, runs.Sum(run => run.Completed), runs[^1].Failed);
    }
}

/// <summary>The batch in a <see cref="CallbackBody"/>.</summary>
public sealed record CallbackData(
    Guid Id,
    long Number,
    string? Name,
    string State,
    int Run,
    CallbackCounts Counts,
    DateTime EndedAt,
    CallbackLinks Links);

/// <summary>Jobs of the run, and how many of them have which outcome.</summary>
public sealed record CallbackCounts(int Total, int Completed, int Failed);

/// <summary>Where the rest is.</summary>
public sealed record CallbackLinks(string Results);
