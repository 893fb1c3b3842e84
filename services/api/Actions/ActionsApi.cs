using System.ComponentModel;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Reading;

namespace BatchPlatform.Api.Actions;

/// <summary>Actions on all batches, or all jobs of a batch, that a filter finds.</summary>
public static class ActionsApi
{
    public static void MapActions(this RouteGroupBuilder v1)
    {
        v1.MapPost("/batches/actions", (HttpContext context, ActionRequests requests) => requests.OnBatchesAsync(context))
            .WithTags("actions")
            .WithName("act-on-batches")
            .WithSummary("Start, stop, pause, resume, retry or delete all batches that a filter finds; with dry_run, count them")
            .Accepts<BatchActionBody>("application/json")
            .Produces<ActionView>(202)
            .Produces<ActionPreview>()
            .ProducesProblems(413, 415)
            .TakesIdempotencyKey();
        v1.MapPost("/jobs/actions", (HttpContext context, ActionRequests requests) => requests.OnJobsAsync(context))
            .WithTags("actions")
            .WithName("act-on-jobs")
            .WithSummary("Cancel or retry all jobs of a batch that a filter finds; with dry_run, count them")
            .Accepts<JobActionBody>("application/json")
            .Produces<ActionView>(202)
            .Produces<ActionPreview>()
            .ProducesProblems(404, 413, 415)
            .TakesIdempotencyKey();
        var actions = v1.MapGroup("/actions").WithTags("actions");
        actions.MapGet("", ListAsync).WithName("list-actions").WithSummary("The tenant's bulk actions, newest first").Produces<Page<ActionView>>().ProducesProblems(400);
        actions.MapGet("/{id}", async (string id, HttpContext context, ActionRequests requests) => TypedResults.Ok(ActionView.Of(await requests.FindAsync(context, id))))
            .WithName("get-action")
            .WithSummary("How far a bulk action is")
            .Produces<ActionView>()
            .ProducesProblems(404);
        actions.MapPost("/{id}/cancel", (string id, HttpContext context, ActionRequests requests) => requests.CancelAsync(context, id))
            .WithName("cancel-action")
            .WithSummary("End a bulk action; what was done stays done")
            .Produces<ActionView>()
            .ProducesProblems(404)
            .TakesIdempotencyKey();
    }

    private static async Task<IResult> ListAsync(
        [Description("Actions, at most: 1 to 1000, 50 when absent.")] string? limit,
        [Description("The next_cursor of the page before.")] string? cursor,
        HttpContext context,
        ActionRows rows,
        CancellationToken cancellationToken)
    {
        var (take, before) = (Parameter.Limit(limit), Cursor.Read(cursor) ?? long.MaxValue);
        var found = await rows.ListAsync(context.Tenant(), before, take + 1, cancellationToken);
        return TypedResults.Ok(Page.Of(found, take, ActionView.Of, action => Cursor.Write(action.Number)));
    }
}
