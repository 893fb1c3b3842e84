using BatchPlatform.Store.Security;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>Reads what there is to tell of a batch.</summary>
public sealed partial class NewsDesk(
    BatchStore store, SignedLinks links, PublicAddress address, TimeProvider time, IOptions<NotifierOptions> options, ILogger<NewsDesk> logger)
{
    private int _warned;

    /// <summary>The news of an end; null when the batch wants none, or is gone.</summary>
    public Task<BatchNews?> OfEndAsync(BatchEnded ended, CancellationToken cancellationToken) => ReadAsync(
        ended.BatchId,
        ended.State == BatchState.Finished ? CallbackEvents.Finished : CallbackEvents.Stopped,
        (ended.State, ended.EndedAt, ended.Run, ended.Epoch),
        cancellationToken);

    /// <summary>The news of a batch that runs; null when it does not any more.</summary>
    public async Task<BatchNews?> OfProgressAsync(Guid batchId, int run, int epoch, CancellationToken cancellationToken)
    {
        var news = await ReadAsync(batchId, CallbackEvents.Progress, (BatchState.Running, time.GetUtcNow().UtcDateTime, run, epoch), cancellationToken);
        return news?.Batch.Epoch == epoch && news.Batch.CurrentState == nameof(BatchState.Running) ? news : null;
    }

    private async Task<BatchNews?> ReadAsync(
        Guid id, string type, (BatchState State, DateTime At, int Run, int Epoch) start, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var batch = await db.Batches.SingleOrDefaultAsync(row => row.CorrelationId == id, cancellationToken);
        if (batch is not { Callback: { } callback, DeletedAt: null })
        {
            return null;
        }

        var runs = await RunsAsync(db, batch.Number, start.Run, cancellationToken);
        return new BatchNews(
            batch, callback, type, start.State, start.At, start.Run, start.Epoch, runs, Count(batch, runs), LinksOf(batch, callback, runs));
    }

    private static async Task<IReadOnlyList<Run>> RunsAsync(StoreDb db, long batch, int number, CancellationToken cancellationToken)
    {
        var root = await db.Runs
            .Where(run => run.Batch == batch && run.Number == number)
            .Select(run => run.Root)
            .SingleOrDefaultAsync(cancellationToken);
        return await db.Runs
            .Where(run => run.Batch == batch && run.Root == root && run.Number <= number)
            .OrderBy(run => run.Number)
            .ToListAsync(cancellationToken);
    }

    private static NewsCounts Count(Batch batch, IReadOnlyList<Run> runs) => runs.Count == 0
        ? new NewsCounts(batch.Total, 0, 0) // stopped before its run was laid out
        : new NewsCounts(runs[0].Total, runs.Sum(run => run.Completed), runs[^1].Failed);

    private NewsLinks LinksOf(Batch batch, Callback callback, IReadOnlyList<Run> runs)
    {
        if (address.Url is null && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            Log.NoAddress(logger);
        }

        var path = $"/v1/batches/{batch.CorrelationId:D}";
        List<KeyValuePair<string, string>> parameters = [];
        if (runs.Count == 1)
        {
            // Only this run, whatever comes later; a retry can be read only over what it retries.
            parameters.Add(new("run", $"{runs[0].Number}"));
        }

        if (callback.Include == "failed")
        {
            parameters.Add(new("state", nameof(JobState.Failed)));
        }

        var format = callback.Format is "ndjson" or "csv" ? callback.Format : "json";
        var download = links.Sign(batch.Tenant, $"{path}/results", format, time.GetUtcNow().AddHours(options.Value.LinkHours), parameters);
        return new NewsLinks($"{address.Url}{path}", $"{address.Url}{path}/results", $"{address.Url}{download}");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Public:BaseUrl is not set: the links in callbacks are paths, which do not say where the platform is.")]
        public static partial void NoAddress(ILogger logger);
    }
}
