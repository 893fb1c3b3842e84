using System.ComponentModel;
using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Mvc;

namespace BatchPlatform.Api.Reading;

/// <summary>Batches: a list with filters, and one with its progress.</summary>
internal static class BatchReadingApi
{
    public static void MapBatchReading(this RouteGroupBuilder batches)
    {
        batches.MapGet("", ListAsync)
            .WithName("list-batches")
            .WithSummary("The tenant's batches, newest first unless another order is asked for")
            .WithDescription("A page may hold fewer batches than the limit, or none, and still have a next_cursor: a search by name, error_code or scheduled looks at a bounded part of the list.")
            .Produces<Page<BatchView>>()
            .ProducesProblems(400);
        batches.MapGet("{id}", FindAsync)
            .WithName("get-batch")
            .WithMetadata(LongRequest.WithQuery("wait"))
            .WithSummary("One batch, with counts per job state, progress, rate and ETA")
            .WithDescription("With wait, the answer comes once the batch is Finished or Stopped, and at the latest when the time is over: then it says how far the batch is.")
            .Produces<BatchView>()
            .ProducesProblems(400, 404);
    }

    private static async Task<IResult> ListAsync([AsParameters] Query query, HttpContext context, BatchViews views, CancellationToken cancellationToken)
    {
        var tenant = context.TenantMeant(Parameter.Text("tenant", query.Tenant));
        var filter = new BatchFilter
        {
            Tenant = tenant == Tenancy.AllTenants ? null : tenant,
            State = Parameter.Choice<BatchState>("state", query.State),
            Name = Parameter.Text("name", query.Name),
            CreatedAfter = Parameter.Time("created_after", query.CreatedAfter),
            CreatedBefore = Parameter.Time("created_before", query.CreatedBefore),
            ErrorCode = Parameter.Text("error_code", query.ErrorCode),
            Scheduled = Parameter.Flag("scheduled", query.Scheduled),
        };
        var (sort, limit) = (BatchSort.Parse(query.Sort), Parameter.Limit(query.Limit));
        if (filter.Tenant is null && sort.Key != BatchKey.Created)
        {
            throw Parameter.Invalid("sort", "must be created or -created for the batches of all tenants.");
        }

        var (batches, next) = await views.ListAsync(filter, sort, sort.Read(query.Cursor), limit, cancellationToken);
        return TypedResults.Ok(new Page<BatchView>(batches, next is { } position ? sort.Write(position) : null));
    }

    private static async Task<IResult> FindAsync(
        string id,
        [Description("Seconds to wait for the batch's end, at most: 0 to 60, 0 when absent.")] string? wait,
        HttpContext context,
        BatchViews views,
        BatchEnds ends,
        CancellationToken cancellationToken)
    {
        var (batchId, seconds) = (Parameter.BatchId(id), Parameter.Number("wait", wait, 0, BatchEnds.MostSeconds) ?? 0);
        if (seconds > 0)
        {
            await ends.WaitAsync(context.Tenant(), batchId, TimeSpan.FromSeconds(seconds), cancellationToken);
        }

        return await views.FindAsync(context.Tenant(), batchId, cancellationToken) is { } view ? TypedResults.Ok(view) : Problems.BatchNotFound();
    }

    internal sealed record Query
    {
        [Description("Only batches in this state.")]
        public string? State { get; init; }

        [Description("Only batches whose name contains this, in any case.")]
        public string? Name { get; init; }

        [Description("Only batches of this tenant, or * for all of them; for admins.")]
        public string? Tenant { get; init; }

        [FromQuery(Name = "created_after"), Description("Only batches created later, RFC 3339.")]
        public string? CreatedAfter { get; init; }

        [FromQuery(Name = "created_before"), Description("Only batches created earlier, RFC 3339.")]
        public string? CreatedBefore { get; init; }

        [FromQuery(Name = "error_code"), Description("Only batches with a job that failed with this code in the latest run.")]
        public string? ErrorCode { get; init; }

        [Description("true: only batches with a schedule; false: only batches without one.")]
        public string? Scheduled { get; init; }

        [Description("created, name or ended, with a minus before it for falling order; -created when absent. Batches without a name, or without an end, are not in a list by it.")]
        public string? Sort { get; init; }

        [Description("Batches, at most: 1 to 1000, 50 when absent.")]
        public string? Limit { get; init; }

        [Description("The next_cursor of the page before.")]
        public string? Cursor { get; init; }
    }
}
