using System.ComponentModel;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Mvc;

namespace BatchPlatform.Api.Reading;

/// <summary>Batches: a list with filters, and one with its progress.</summary>
internal static class BatchReadingApi
{
    public static void MapBatchReading(this RouteGroupBuilder batches)
    {
        batches.MapGet("", ListAsync).WithName("list-batches").WithSummary("The tenant's batches, newest first.").Produces<Page<BatchView>>();
        batches.MapGet("{id}", FindAsync).WithName("get-batch").WithSummary("One batch, with counts per job state, progress, rate and ETA.").Produces<BatchView>();
    }

    private static async Task<IResult> ListAsync([AsParameters] Query query, HttpContext context, BatchViews views, CancellationToken cancellationToken)
    {
        var filter = new BatchFilter(
            Parameter.Choice<BatchState>("state", query.State),
            Parameter.Text("name", query.Name),
            Parameter.Time("created_after", query.CreatedAfter),
            Parameter.Time("created_before", query.CreatedBefore));
        var limit = Parameter.Limit(query.Limit);
        var before = Cursor.Read(query.Cursor) ?? long.MaxValue;
        var (batches, next) = await views.ListAsync(context.Tenant(), filter, before, limit, cancellationToken);
        return TypedResults.Ok(new Page<BatchView>(batches, next is { } number ? Cursor.Write(number) : null));
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, BatchViews views, CancellationToken cancellationToken) =>
        await views.FindAsync(context.Tenant(), Parameter.BatchId(id), cancellationToken) is { } view
            ? TypedResults.Ok(view)
            : Problems.BatchNotFound();

    private sealed record Query(
        [property: Description("Only batches in this state.")] string? State,
        [property: Description("Only batches whose name contains this, in the same case.")] string? Name,
        [property: FromQuery(Name = "created_after"), Description("Only batches created later, RFC 3339.")] string? CreatedAfter,
        [property: FromQuery(Name = "created_before"), Description("Only batches created earlier, RFC 3339.")] string? CreatedBefore,
        [property: Description("Batches, at most: 1 to 1000, 50 when absent.")] string? Limit,
        [property: Description("The next_cursor of the page before.")] string? Cursor);
}
