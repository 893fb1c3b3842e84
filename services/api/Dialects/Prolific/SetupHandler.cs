using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Api.Expansions;
using BatchPlatform.Api.Upstreams;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Makes a task of each datapoint, then commits the batch: an expansion that has the batch's own id, so that there is one.</summary>
public sealed class SetupHandler(
    ProlificBatches mine, BatchHandlers batches, DatasetTable datasets, ExpansionRequests expansions, UpstreamDirectory upstreams, IOptions<ProlificOptions> options)
{
    /// <summary>POST /batches/{id}/setup.</summary>
    public async Task<IResult> RunAsync(HttpContext context, string id)
    {
        var batch = await mine.FindAsync(context, id);
        var body = await ProlificBody.ReadAsync(context);
        var (dataset, group) = (body.Value("dataset_id") is null ? null : body.Id("dataset_id"), body.Count("tasks_per_group") ?? 1);
        if (batch.Status is ProlificStatus.Processing or ProlificStatus.Ready)
        {
            throw ProlificRefusal.Bad($"The batch is {batch.Status.Word()}; it can be set up once.");
        }

        await EnsureReadyAsync(context, dataset ?? batch.Document.DatasetId ?? throw ProlificRefusal.Bad("dataset_id: the batch has no dataset."));
        var template = Template(batch.Document, group);
        template.Check(await upstreams.CurrentAsync(context.RequestAborted));
        if (dataset is not null && dataset != batch.Document.DatasetId)
        {
            await batches.ChangeAsync(context, batch, new JsonObject { ["dataset_id"] = dataset });
        }

        await expansions.BeginAsync(BatchRow.Of(batch.Row), dataset ?? batch.Document.DatasetId!.Value, template, commit: true, id: batch.Row.CorrelationId, context.Actor());
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    // Constants, because what a client writes into its task details is never a placeholder.
    private JobTemplate Template(BatchDocument document, int group) => new(
        options.Value.TaskNamespace,
        options.Value.TaskName,
        CustomId: "group-{{#group}}",
        GroupSize: group,
        Constants: JsonSerializer.SerializeToElement(document.TaskDetails, BatchDocument.Json));

    private async Task EnsureReadyAsync(HttpContext context, Guid id)
    {
        var dataset = await datasets.FindAsync(context.Tenant(), id, context.RequestAborted) ?? throw ProlificRefusal.Bad($"dataset_id: there is no dataset {id:D}.");
        if (DatasetView.StatusOf(dataset) != DatasetStatus.Ready)
        {
            throw ProlificRefusal.Bad("The batch's dataset is not READY.");
        }
    }
}
