using System.ComponentModel;
using BatchPlatform.Api.Admission;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Reading;

/// <summary>The outcomes of a batch, streamed.</summary>
internal static class ResultsApi
{
    public static void MapResults(this RouteGroupBuilder batches) =>
        batches.MapGet("{id}/results", DownloadAsync)
            .WithTags("results")
            .WithName("get-results")
            .WithMetadata(LongRequest.Mark)
            .WithSummary("Outcomes so far, streamed in order of index or of arrival")
            .WithDescription("""
                Without `run`, the results are those of the latest run of all jobs, overlaid by its retries: in order of index each
                job comes at most once, and not while its retry is unfinished; in order of arrival both outcomes come, and the later
                one wins. To resume a download give `after`: in order of index the index of the last whole result, in order of
                arrival its `position`. Arrival order misses nothing of a batch that still runs: ask again after the last
                position. A batch that was never run has no results. A connection that breaks off means that the rest is missing.
                """)
            .Produces<IReadOnlyList<ResultShape>>(contentType: "application/json", additionalContentTypes: ["application/x-ndjson", "text/csv"])
            .ProducesProblems(400, 404, 410);

    private static async Task DownloadAsync(string id, [AsParameters] Query asked, HttpContext context, BatchStore store, CancellationToken cancellationToken)
    {
        var format = FormatChoice.Of(asked.Format, context.Request);
        var order = Parameter.Choice<ResultOrder>("order", asked.Order) ?? ResultOrder.Index;
        var state = StateOf(asked.State);
        var run = Parameter.Number("run", asked.Run, 1, int.MaxValue);
        var (batch, runs) = await FindAsync(store, context.Tenant(), id, run, cancellationToken);
        var stretches = order == ResultOrder.Index
            ? ByIndex(batch, runs, asked.After)
            : ByArrival(runs, asked.After);

        context.Response.ContentType = format.ContentType();
        var download = new ResultDownload(store, batch, runs.Count == 0 ? 0 : runs[^1].Number, new ResultQuery(batch.Number, state));
        if (!await download.WriteAsync(stretches, page => format.Writer(page, positions: order == ResultOrder.Arrival), context.Response.Body, cancellationToken))
        {
            context.Abort();
        }
    }

    private static JobState? StateOf(string? text) => Parameter.Choice<JobState>("state", text) switch
    {
        null => null,
        JobState.Completed => JobState.Completed,
        JobState.Failed => JobState.Failed,
        _ => throw Parameter.Invalid("state", "must be Completed or Failed: other jobs have no result."),
    };

    private static async Task<(BatchRef Batch, IReadOnlyList<Run> Runs)> FindAsync(
        BatchStore store, string tenant, string id, int? run, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, tenant, id, cancellationToken);
        if (run is not null)
        {
            return (batch, [await batch.RunWithResultsAsync(db, run.Value, cancellationToken)]);
        }

        var latest = await batch.LatestRunsAsync(db, cancellationToken);
        return latest.All(each => each.ExpiredAt is null) ? (batch, latest) : throw new ProblemException(Problems.RunExpired());
    }

    private static IReadOnlyList<ResultStretch> ByIndex(BatchRef batch, IReadOnlyList<Run> runs, string? after)
    {
        var from = (Parameter.Number("after", after, 0, Limits.JobsPerBatch) ?? -1) + 1;
        return runs.Count == 0 ? [] : [new ResultStretch(runs, ResultOrder.Index, from, batch.NextIndex)];
    }

    private static IReadOnlyList<ResultStretch> ByArrival(IReadOnlyList<Run> runs, string? after)
    {
        var position = default(ResultPosition);
        if (after is not null && !(ResultPosition.TryParse(after, out position) && runs.Any(run => run.Number == position.Run)))
        {
            throw Parameter.Invalid("after", "must be the position of one of these results.");
        }

        return [.. runs
            .Where(run => run.Number >= position.Run)
            .Select(run => new ResultStretch([run], ResultOrder.Arrival, run.Number == position.Run ? position.Seq + 1 : 1, run.Seq + 1))];
    }

    internal sealed record Query
    {
        [Description("json, ndjson or csv; when absent the Accept header decides, and JSON is the default.")]
        public string? Format { get; init; }

        [Description("Only Completed or only Failed ones.")]
        public string? State { get; init; }

        [Description("Only those of this run.")]
        public string? Run { get; init; }

        [Description("index (the default) or arrival.")]
        public string? Order { get; init; }

        [Description("Only those after this index, or in order of arrival after this position.")]
        public string? After { get; init; }
    }
}
