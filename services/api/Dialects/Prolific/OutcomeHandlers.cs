using System.Globalization;
using System.Text.Json;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Shows a batch's tasks and what came of them.</summary>
public sealed class OutcomeHandlers(BatchStore store, ProlificBatches mine, ProlificLinks links)
{
    private const int PageRows = 500;

    /// <summary>GET /batches/{id}/tasks: the tasks' ids.</summary>
    public async Task<IResult> TasksAsync(HttpContext context, string id)
    {
        var batch = await mine.FindAsync(context, id);
        return ProlificDialect.Answer(200, Enumerable.Range(0, batch.Tasks).Select(index => TaskId(batch.Row, index)));
    }

    /// <summary>GET /batches/{id}/task-groups: the groups' names, which are their jobs' custom ids.</summary>
    public async Task<IResult> TaskGroupsAsync(HttpContext context, string id)
    {
        var batch = await mine.FindAsync(context, id);
        return ProlificDialect.Answer(200, Enumerable.Range(1, batch.Groups).Select(group => $"group-{group}"));
    }

    /// <summary>GET /batches/{id}/report: where the outcomes are as CSV.</summary>
    public async Task<IResult> ReportAsync(HttpContext context, string id)
    {
        var batch = await mine.FindAsync(context, id);
        var (url, expiresAt) = links.Make(context, HttpMethods.Get, $"/v1/batches/{batch.Row.CorrelationId:D}/results", "csv");
        return ProlificDialect.Answer(200, new { Url = url, ExpiresAt = expiresAt, HttpMethod = HttpMethods.Get });
    }

    /// <summary>GET /batches/{id}/responses: what the completed tasks were answered with, written page by page.</summary>
    public async Task<IResult> ResponsesAsync(HttpContext context, string id)
    {
        var batch = (await mine.FindAsync(context, id)).Row;
        context.Response.ContentType = "application/json";
        var page = new ResponsePages(context);
        await using var json = page.Json();
        json.WriteStartObject();
        json.WriteStartArray("results");
        var count = 0;
        for (var from = 0; from < batch.NextIndex; from += PageRows)
        {
            foreach (var outcome in await CompletedAsync(batch, from, context.RequestAborted))
            {
                JsonSerializer.Serialize(json, ProlificResponse.Of(batch, outcome, TaskId(batch, outcome.Index)), ApiJson.Options);
                count++;
            }

            await page.SendAsync(json);
        }

        json.WriteEndArray();
        json.WriteStartObject("meta");
        json.WriteNumber("count", count);
        json.WriteEndObject();
        json.WriteEndObject();
        await page.SendAsync(json);
        return Results.Empty;
    }

    private async Task<List<Outcome>> CompletedAsync(Batch batch, int from, CancellationToken cancellationToken)
    {
        var end = from + PageRows;
        var seen = BatchRef.Of(batch);
        await using var db = store.Read();
        var states = await JobStates.LoadAsync(db, seen, cancellationToken);
        return await states.Outcomes()
            .Where(outcome => outcome.State == JobState.Completed && outcome.Index >= from && outcome.Index < end)
            .OrderBy(outcome => outcome.Index)
            .ToListAsync(cancellationToken);
    }

    private static string TaskId(Batch batch, int index) => JobIds.Of(batch.Number, index).ToString(CultureInfo.InvariantCulture);
}
