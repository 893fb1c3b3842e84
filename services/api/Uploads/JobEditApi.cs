using System.Globalization;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Reading;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>Changes and removes single jobs, and clears batches.</summary>
public static class JobEditApi
{
    // Room for the largest params and everything around them.
    private const int MaxJobBytes = Limits.ParamsBytes + (64 * 1024);

    public static void MapJobEdits(this RouteGroupBuilder v1)
    {
        var jobs = v1.MapGroup("/batches/{id}/jobs").WithTags("jobs");
        jobs.MapPut("/{index}", PutAsync)
            .WithName("replace-job")
            .WithSummary("Put another job in the place of one of a recurring batch")
            .Accepts<JobBody>("application/json")
            .Produces<JobView>()
            .ProducesProblems(400, 404, 409, 413, 415, 422, 504);
        jobs.MapDelete("/{index}", async (string id, string index, HttpContext context, BatchStore store, JobEditing editing) =>
            {
                await editing.RemoveAsync(await BatchRow.FindAsync(store, context, id), [IndexOf(index)], context.Actor(), context.RequestAborted);
                return Results.NoContent();
            })
            .WithName("remove-job")
            .WithSummary("Remove a job of a recurring batch; its index is not given again")
            .Produces(204)
            .ProducesProblems(404, 409, 504);
        jobs.MapDelete("/", async (string id, HttpContext context, BatchStore store, JobEditing editing) =>
            {
                await editing.ClearAsync(await BatchRow.FindAsync(store, context, id), context.Actor(), context.RequestAborted);
                return Results.NoContent();
            })
            .WithName("remove-jobs")
            .WithSummary("Remove all jobs of a recurring batch")
            .Produces(204)
            .ProducesProblems(404, 409, 504);
    }

    private static async Task<IResult> PutAsync(string id, string index, HttpContext context, BatchStore store, UpstreamDirectory upstreams, JobEditing editing)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var body = await RequestBody.ReadAsync(context, MaxJobBytes);
        var job = Read(body, new JobRules(await upstreams.CurrentAsync(context.RequestAborted), IndexOf(index), defaultNamespace: null, defaultAction: null));
        await editing.ReplaceAsync(batch, job, context.Actor(), context.RequestAborted);
        return Results.Ok(await JobReadingApi.ViewAsync(id, index, context, store, CancellationToken.None));
    }

    private static StagedJob Read(ReadOnlyMemory<byte> body, JobRules rules)
    {
        RequestBody.CheckSyntax(body.Span);
        var jobs = new List<StagedJob>(1);
        JsonJob.Read(body, line: 1, rules, jobs);
        return jobs is [var job] ? job : throw new ProblemException(Problems.InvalidFields([.. rules.Errors.Told.Select(error => error with { Line = null })]));
    }

    private static int IndexOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < Limits.JobsPerBatch
            ? index
            : throw new ProblemException(Problems.JobNotFound());

    /// <summary>A job as it is added.</summary>
    public sealed record JobBody(string Namespace, string Action, System.Text.Json.JsonElement Params, string? CustomId = null, int? DeadlineSeconds = null);
}
