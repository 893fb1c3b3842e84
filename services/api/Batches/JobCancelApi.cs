using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;

namespace BatchPlatform.Api.Batches;

/// <summary>Ends single jobs.</summary>
public static class JobCancelApi
{
    public static void MapJobCancel(this RouteGroupBuilder v1) =>
        v1.MapPost("/batches/{id}/jobs/{index}/cancel", CancelAsync)
            .WithTags("lifecycle")
            .WithName("cancel-job")
            .WithSummary("Fail one job with JOB_CANCELLED; a call in flight is not ended, but its answer is dropped")
            .Produces<JobView>()
            .ProducesProblems(404, 504)
            .TakesIdempotencyKey();

    private static async Task<IResult> CancelAsync(
        string id, string index, HttpContext context, BatchStore store, Operations operations, IdempotentRequests requests)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var job = await JobReadingApi.ViewAsync(id, index, context, store, context.RequestAborted);
        var bytes = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, batch.Id, batch.Number, async ticket =>
        {
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var reply = await operations.AskAsync<CancelJob, JobReply>(new CancelJob(batch.Number, job.Index, context.Actor()));
            return reply.Code is { } code
                ? Answer.Of(Problems.Conflict(code, reply.Detail ?? "The job's state does not allow this."))
                : Answer.Of(200, await JobReadingApi.ViewAsync(id, index, context, store, CancellationToken.None));
        });
    }
}
