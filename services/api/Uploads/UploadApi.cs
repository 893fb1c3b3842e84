using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Expansions;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

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
            .ProducesProblems(404, 413, 415, 504)
            .TakesIdempotencyKey()
            .IsBoundByQuotas()
            .AddOpenApiOperationTransformer(DescribeBodyAsync);

    // What a body is depends on its type, and in JSON on its first character.
    private static async Task DescribeBodyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        document.AddComponent(nameof(ExpansionBody), await context.GetOrCreateSchemaAsync(typeof(ExpansionBody), parameterDescription: null, cancellationToken));
        var jobs = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference(nameof(JobEditApi.JobBody), document) };
        var lines = new OpenApiSchema { Type = JsonSchemaType.String, Description = "A job as a JSON object in each line." };
        var table = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = "A header, then a job in each line: namespace, action, custom_id, deadline_seconds and params, a JSON object; every other column is a param, as text.",
        };
        operation.RequestBody!.Content!["application/json"].Schema = new OpenApiSchema { OneOf = [jobs, new OpenApiSchemaReference(nameof(ExpansionBody), document)] };
        operation.RequestBody.Content["application/x-ndjson"].Schema = lines;
        operation.RequestBody.Content["application/jsonl"].Schema = lines;
        operation.RequestBody.Content["text/csv"].Schema = table;
    }

    private static async Task<IResult> AddAsync(string id, HttpContext context, JobAppending appending, ExpansionRequests expansions)
    {
        var upload = new UploadRequest(context.Request);
        return await JsonShape.IsObjectAsync(context.Request) ? await expansions.RunAsync(context, id) : await appending.RunAsync(context, id, upload);
    }
}
