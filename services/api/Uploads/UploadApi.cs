namespace BatchPlatform.Api.Uploads;

/// <summary>POST …/jobs.</summary>
public static class UploadApi
{
    public static void MapUploads(this RouteGroupBuilder v1) =>
        v1.MapPost("/batches/{id}/jobs", (string id, HttpContext context, JobAppending appending) => appending.RunAsync(context, id))
            .WithTags("jobs")
            .WithSummary("Add jobs, all or none: a JSON array, NDJSON or CSV of any length")
            .WithMetadata(new UnboundedBody())
            .Accepts<string>("application/x-ndjson", "application/json", "application/jsonl", "text/csv")
            .Produces<AppendAnswer>(201)
            .Produces<ValidAnswer>(200)
            .ProducesProblems(400, 404, 409, 415, 422, 504);
}
