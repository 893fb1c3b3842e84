using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Expansions;

namespace BatchPlatform.Api.Uploads;

/// <summary>POST …/jobs.</summary>
public static class UploadApi
{
    public static void MapUploads(this RouteGroupBuilder v1) =>
        v1.MapPost("/batches/{id}/jobs", AddAsync)
            .WithTags("jobs")
            .WithName("add-jobs")
            .WithSummary("Add jobs, all or none: a JSON array, NDJSON or CSV of any length; or, by a JSON object, one job for each row of a dataset")
            .WithMetadata(new UnboundedBody(), LongRequest.Mark)
            .Accepts<string>("application/x-ndjson", "application/json", "application/jsonl", "text/csv")
            .Produces<AppendAnswer>(201)
            .Produces<ExpansionView>(202)
            .Produces<ValidAnswer>(200)
            .ProducesProblems(400, 404, 409, 415, 422, 504);

    private static async Task<IResult> AddAsync(string id, HttpContext context, JobAppending appending, ExpansionRequests expansions)
    {
        var upload = new UploadRequest(context.Request);
        return await JsonShape.IsObjectAsync(context.Request) ? await expansions.RunAsync(context, id) : await appending.RunAsync(context, id, upload);
    }
}
