using System.ComponentModel;
using System.Globalization;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>The jobs of a batch with their states.</summary>
internal static class JobReadingApi
{
    public static void MapJobReading(this RouteGroupBuilder batches)
    {
        batches.MapGet("{id}/jobs", ListAsync)
            .WithTags("jobs")
            .WithName("list-jobs")
            .WithSummary("A batch's jobs in order of index, with their states")
            .WithDescription("A page may hold fewer jobs than the limit, or none, and still have a next_cursor: a search looks at a bounded part of the batch.")
            .Produces<Page<JobView>>()
            .ProducesProblems(400, 404, 410);
        batches.MapGet("{id}/jobs/{index}", FindAsync).WithTags("jobs").WithName("get-job").WithSummary("One job with its state").Produces<JobView>().ProducesProblems(404);
    }

    private static async Task<IResult> ListAsync(string id, [AsParameters] Query query, HttpContext context, BatchStore store, CancellationToken cancellationToken)
    {
        var filter = new JobFilter(
            Parameter.Choice<JobState>("state", query.State),
            Parameter.Text("error_code", query.ErrorCode),
            Parameter.Text("custom_id", query.CustomId));
        var limit = Parameter.Limit(query.Limit);
        var run = Parameter.Number("run", query.Run, 1, int.MaxValue);
        var from = (int)Math.Min(Cursor.Read(query.Cursor) ?? 0, Limits.JobsPerBatch);

        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, context.Tenant(), id, cancellationToken);
        batch = run is null ? batch : batch.At(await batch.RunWithResultsAsync(db, run.Value, cancellationToken));
        var states = await JobStates.LoadAsync(db, batch, cancellationToken);
        var (jobs, next) = await new JobFinder(db, batch, states, filter).FindAsync(from, limit, cancellationToken);
        return TypedResults.Ok(new Page<JobView>(jobs, next is null ? null : Cursor.Write(next.Value)));
    }

    private static async Task<IResult> FindAsync(string id, string index, HttpContext context, BatchStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ViewAsync(id, index, context, store, cancellationToken));

    /// <summary>One job of the tenant's batch as it is now.</summary>
    /// <exception cref="ProblemException">404: there is no such batch, or no such job in it.</exception>
    internal static async Task<JobView> ViewAsync(string id, string index, HttpContext context, BatchStore store, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, context.Tenant(), id, cancellationToken);
        var states = await JobStates.LoadAsync(db, batch, cancellationToken);
        var number = int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        var jobs = await batch.Jobs(db).Where(job => job.Index == number).ToListAsync(cancellationToken);
        return jobs is [_]
            ? (await states.ViewAsync(jobs, cancellationToken))[0]
            : throw new ProblemException(Problems.JobNotFound());
    }

    internal sealed record Query
    {
        [Description("Only jobs in this state.")]
        public string? State { get; init; }

        [FromQuery(Name = "error_code"), Description("Only jobs that failed with this code.")]
        public string? ErrorCode { get; init; }

        [FromQuery(Name = "custom_id"), Description("Only jobs that the client named so.")]
        public string? CustomId { get; init; }

        [Description("The jobs as they were for this run, in their states at its end.")]
        public string? Run { get; init; }

        [Description("Jobs, at most: 1 to 1000, 50 when absent.")]
        public string? Limit { get; init; }

        [Description("The next_cursor of the page before.")]
        public string? Cursor { get; init; }
    }
}
