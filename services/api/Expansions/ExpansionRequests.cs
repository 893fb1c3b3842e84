using System.Text.Json;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Expansions;

/// <summary>Takes in requests to make a job of each row of a dataset; the work is done behind them.</summary>
public sealed class ExpansionRequests(
    BatchStore store, DatasetTable datasets, ExpansionRows rows, ExpansionRuns runs, UpstreamDirectory upstreams, IdempotentRequests requests, QuotaGate quotas,
    IOptions<PublicOptions> at)
{
    // Room for the largest params and what is around them.
    private const int MaxBytes = Limits.ParamsBytes + RequestBody.SmallBytes;

    /// <summary>Runs POST …/jobs with a JSON object.</summary>
    public async Task<IResult> RunAsync(HttpContext context, string id)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var bytes = await RequestBody.ReadAsync(context, MaxBytes);
        return await requests.RunAsync(context, batch.Id, batch.Number, async ticket =>
        {
            var repeated = ticket.MayHaveBeenSent;
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var body = RequestBody.Parse<ExpansionBody>(bytes);
            var row = repeated ? await rows.FindAsync(batch.Id, ticket.CommandId, context.RequestAborted) : null;
            return Accepted(row ?? await BeginAsync(context, batch, body, ticket.CommandId));
        });
    }

    /// <summary>Begins an expansion of a dataset of the batch's tenant.</summary>
    /// <param name="batch">The batch that gets the jobs.</param>
    /// <param name="dataset">The dataset's id.</param>
    /// <param name="template">What a row is made into; it must have been checked.</param>
    /// <param name="commit">Commit the batch afterwards.</param>
    /// <param name="id">The expansion's id.</param>
    /// <param name="actor">Who asks for it.</param>
    /// <exception cref="ProblemException">409: the dataset is not ready. 429 or 422: a quota has no room for a job for each of its rows.</exception>
    internal async Task<Expansion> BeginAsync(BatchRow batch, Guid dataset, JobTemplate template, bool commit, Guid id, Actor actor)
    {
        var row = new Expansion
        {
            Id = id,
            BatchId = batch.Id,
            Batch = batch.Number,
            Dataset = dataset,
            Template = JsonSerializer.Serialize(template, ApiJson.Options),
            Commit = commit,
            Actor = actor,
        };
        await EnsureRoomAsync(batch, dataset);
        await rows.AddAsync(row, CancellationToken.None);
        runs.Wake();
        return row;
    }

    private async Task EnsureRoomAsync(BatchRow batch, Guid dataset)
    {
        await using var db = store.Read();
        if (await db.Datasets.Where(row => row.Id == dataset).Select(row => new { row.Tenant, row.Rows }).FirstOrDefaultAsync() is { } content)
        {
            await quotas.EnsureAsync(content.Tenant, batch.UseOf(content.Rows), CancellationToken.None);
        }
    }

    /// <summary>The template of a stored expansion.</summary>
    internal static JobTemplate Read(string template) => JsonSerializer.Deserialize<JobTemplate>(template, ApiJson.Options)!;

    private async Task<Expansion> BeginAsync(HttpContext context, BatchRow batch, ExpansionBody body, Guid id)
    {
        var dataset = await datasets.FindAsync(context.Tenant(), body.Dataset ?? throw new ProblemException(NoDataset), context.RequestAborted);
        var template = body.Template ?? throw new ProblemException(Problems.InvalidField("template", "is missing"));
        template.Check(await upstreams.CurrentAsync(context.RequestAborted));
        return batch.RefusesJobs() is { } refusal
            ? throw new ProblemException(refusal)
            : await BeginAsync(batch, dataset.Id, template, body.Commit, id, context.Actor());
    }

    private static Problem NoDataset => Problems.InvalidJson("The body must be a JSON array of jobs, or an object that names a dataset.");

    private Answer Accepted(Expansion row) =>
        Answer.Of(StatusCodes.Status202Accepted, ExpansionView.Of(row, at.Value), ExpansionLinks.PathOf(row.BatchId, row.Id));
}
