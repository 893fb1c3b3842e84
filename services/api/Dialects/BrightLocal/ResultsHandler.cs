using System.Text;
using System.Text.Json;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>
/// Writes a batch's jobs by type, those that are not over too, and counts their states. Page by page, so that memory holds
/// one page however large the batch is.
/// </summary>
public sealed class ResultsHandler(BatchStore store, BrightLocalBatches mine)
{
    private const int PageJobs = 64;

    /// <summary>GET /v4/batch.</summary>
    public async Task<IResult> WriteAsync(HttpContext context)
    {
        var batch = await mine.FindAsync(context);
        var page = new ResponsePages(context);
        await using var json = page.Json();
        var statuses = new SortedDictionary<JobState, int>();
        context.Response.ContentType = "application/json";

        json.WriteStartObject();
        json.WriteBoolean("success", value: true);
        json.WriteString("status", StateOf(batch));
        json.WriteStartObject("results");
        foreach (var type in await TypesAsync(batch, context.RequestAborted))
        {
            json.WriteStartArray(type);
            await WriteJobsAsync(context, batch, type, json, page, statuses);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteStatuses(json, statuses);
        json.WriteEndObject();
        await page.SendAsync(json);
        return Results.Empty;
    }

    // Clients take what they find in a stopped batch for all there will be: it is shown as stopped when nothing of it runs any more.
    private static string StateOf(Batch batch) =>
        batch.StopOwed && batch.CurrentState == nameof(BatchState.Stopped) ? nameof(BatchState.Running) : batch.CurrentState;

    private async Task<List<string>> TypesAsync(Batch batch, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var types = JobKind.All.Select(kind => kind.Type).Distinct();
        var found = new List<string>();
        foreach (var type in types)
        {
            if (await db.Jobs.AnyAsync(job => job.Batch == batch.Number && job.CustomId == type && job.AddedRev <= batch.Revision, cancellationToken))
            {
                found.Add(type);
            }
        }

        return found;
    }

    private async Task WriteJobsAsync(
        HttpContext context, Batch batch, string type, Utf8JsonWriter json, ResponsePages page, SortedDictionary<JobState, int> statuses)
    {
        for (int? from = 0; from is not null;)
        {
            (var jobs, from) = await ReadAsync(batch, type, from.Value, context.RequestAborted);
            foreach (var (job, response) in jobs)
            {
                var id = JobIds.Of(batch.Number, job.Index);
                BrightLocalJson.WriteJob(json, id, job.State, Encoding.UTF8.GetBytes(job.Params), Encoding.UTF8.GetBytes(response ?? ""));
                statuses[job.State] = statuses.GetValueOrDefault(job.State) + 1;
            }

            await page.SendAsync(json);
        }
    }

    private async Task<(IReadOnlyList<(JobView Job, string? Response)> Jobs, int? Next)> ReadAsync(Batch batch, string type, int from, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var seen = BatchRef.Of(batch);
        var states = await JobStates.LoadAsync(db, seen, cancellationToken);
        var filter = new JobFilter(State: null, ErrorCode: null, CustomId: type);
        var (jobs, next) = await new JobFinder(db, seen, states, filter).FindAsync(from, PageJobs, cancellationToken);
        var indexes = jobs.Where(job => job.State == JobState.Completed).Select(job => job.Index).ToArray();
        var responses = await states.Outcomes()
            .Where(outcome => indexes.Contains(outcome.Index))
            .ToDictionaryAsync(outcome => outcome.Index, outcome => outcome.Response, cancellationToken);
        return ([.. jobs.Select(job => (job, responses.GetValueOrDefault(job.Index)))], next);
    }

    private static void WriteStatuses(Utf8JsonWriter json, SortedDictionary<JobState, int> statuses)
    {
        json.WriteStartObject("statuses");
        foreach (var (state, count) in statuses)
        {
            json.WriteNumber(state.ToString(), count);
        }

        json.WriteEndObject();
    }
}
