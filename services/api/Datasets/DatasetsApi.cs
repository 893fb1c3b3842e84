using System.ComponentModel;
using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Datasets;

/// <summary>Datasets: made empty, filled by one upload, used by expansions.</summary>
public static class DatasetsApi
{
    public static void MapDatasets(this RouteGroupBuilder v1)
    {
        var datasets = v1.MapGroup("/datasets").WithTags("datasets");
        datasets.MapPost("", CreateAsync)
            .WithName("create-dataset")
            .WithSummary("Create an empty dataset")
            .Accepts<CreateDatasetBody>("application/json")
            .Produces<DatasetView>(201)
            .ProducesProblems(413, 415)
            .TakesIdempotencyKey();
        datasets.MapGet("", ListAsync).WithName("list-datasets").WithSummary("The tenant's datasets, newest first").Produces<Page<DatasetView>>().ProducesProblems(400);
        datasets.MapGet("{id}", FindAsync).WithName("get-dataset").WithSummary("One dataset, with its status and the bad rows of its last upload").Produces<DatasetView>().ProducesProblems(404);
        datasets.MapPut("{id}/content", UploadAsync)
            .WithName("put-dataset-content")
            .WithSummary("Replace the rows, all or none: CSV, NDJSON or a JSON array of up to 1,000,000 rows")
            .WithMetadata(new UnboundedBody(), LongRequest.Mark)
            .Accepts<string>("text/csv", "application/x-ndjson", "application/jsonl", "application/json")
            .Produces<DatasetView>()
            .ProducesProblems(400, 404, 409, 415, 422)
            .IsBoundByQuotas();
        datasets.MapDelete("{id}", DeleteAsync).WithName("delete-dataset").WithSummary("Delete a dataset; batches made from it stay").Produces(204).ProducesProblems(404);
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, DatasetTable datasets, NumberSource numbers, IdempotentRequests requests, TimeProvider time, IOptions<PublicOptions> at)
    {
        var bytes = await RequestBody.ReadAsync(context);
        var (id, number) = (Guid.CreateVersion7(time.GetUtcNow()), await numbers.NextAsync(context.RequestAborted));
        return await requests.RunAsync(context, id, number, async ticket =>
        {
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var name = RequestBody.Parse<CreateDatasetBody>(bytes).Checked();
            await datasets.AddAsync(new Dataset { Id = ticket.BatchId, Number = ticket.Number, Tenant = context.Tenant(), Name = name });
            var row = await datasets.FindAsync(context.Tenant(), $"{ticket.BatchId:D}", CancellationToken.None);
            return Answer.Of(201, DatasetView.Of(row, at.Value), $"/v1/datasets/{row.Id:D}");
        });
    }

    private static async Task<IResult> ListAsync(
        [Description("Datasets, at most: 1 to 1000, 50 when absent.")] string? limit,
        [Description("The next_cursor of the page before.")] string? cursor,
        HttpContext context,
        DatasetTable datasets,
        IOptions<PublicOptions> at)
    {
        var (take, before) = (Parameter.Limit(limit), Cursor.Read(cursor) ?? long.MaxValue);
        var found = await datasets.ListAsync(context.Tenant(), before, take + 1, context.RequestAborted);
        return TypedResults.Ok(Page.Of(found, take, row => DatasetView.Of(row, at.Value), row => Cursor.Write(row.Number)));
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, DatasetTable datasets, IOptions<PublicOptions> at) =>
        TypedResults.Ok(DatasetView.Of(await datasets.FindAsync(context.Tenant(), id, context.RequestAborted), at.Value));

    private static async Task<IResult> UploadAsync(string id, HttpContext context, DatasetTable datasets, DatasetUploading uploading, IOptions<PublicOptions> at)
    {
        var row = await datasets.FindAsync(context.Tenant(), id, context.RequestAborted);
        await uploading.RunAsync(context, row.Id);
        return TypedResults.Ok(DatasetView.Of(await datasets.FindAsync(context.Tenant(), id, CancellationToken.None), at.Value));
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, DatasetTable datasets)
    {
        await datasets.DeleteAsync(await datasets.FindAsync(context.Tenant(), id, context.RequestAborted), context.Actor());
        return TypedResults.NoContent();
    }
}

/// <summary>The body of POST /v1/datasets.</summary>
public sealed record CreateDatasetBody(string? Name)
{
    public CreateDatasetBody()
        : this(Name: null)
    {
    }

    /// <summary>The name.</summary>
    /// <exception cref="ProblemException">422.</exception>
    internal string Checked() => Name is { Length: > 0 } && BatchRules.IsText(Name, Limits.NameLength)
        ? Name
        : throw new ProblemException(Problems.InvalidField("name", $"must have 1 to {Limits.NameLength} characters and no NUL"));
}
