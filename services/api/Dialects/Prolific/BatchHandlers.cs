using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Creates, shows, changes and copies batches.</summary>
public sealed class BatchHandlers(DialectBatches batches, ProlificBatches mine, ProlificDialect dialect, DatasetTable datasets, BatchCommands commands)
{
    /// <summary>POST /batches.</summary>
    public async Task<IResult> CreateAsync(HttpContext context)
    {
        var body = await ProlificBody.ReadAsync(context);
        var document = new BatchDocument(
            body.RequiredName("name"),
            body.RequiredName("workspace_id"),
            context.KeyId(),
            body.TaskDetails() ?? throw ProlificRefusal.Bad("task_details: is required."),
            body.Value("dataset_id") is null ? null : await DatasetAsync(context, body.Id("dataset_id")),
            body.Layout("batch_items"),
            body.Flag("auto_sync_enabled") ?? false);
        return await CreateAsync(context, document);
    }

    /// <summary>GET /batches?workspace_id=, which the vendor answers whole: written piece by piece.</summary>
    public async Task<IResult> ListAsync(HttpContext context)
    {
        var workspace = context.Request.Query["workspace_id"] is [{ Length: > 0 } given] ? given : throw ProlificRefusal.Bad("workspace_id: is required.");
        context.Response.ContentType = "application/json";
        var page = new ResponsePages(context);
        await using var json = page.Json();
        json.WriteStartObject();
        json.WriteStartArray("results");
        await foreach (var some in mine.ListAsync(context, workspace))
        {
            foreach (var batch in some)
            {
                JsonSerializer.Serialize(json, batch.Body(), ApiJson.Options);
            }

            await page.SendAsync(json, ResponsePages.Bytes);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await page.SendAsync(json);
        return Results.Empty;
    }

    /// <summary>GET /batches/{id}.</summary>
    public async Task<IResult> FindAsync(HttpContext context, string id) => ProlificDialect.Answer(200, (await mine.FindAsync(context, id)).Body());

    /// <summary>GET /batches/{id}/status.</summary>
    public async Task<IResult> StatusAsync(HttpContext context, string id) =>
        ProlificDialect.Answer(200, new { Status = (await mine.FindAsync(context, id)).Status.Word() });

    /// <summary>PATCH /batches/{id}. Once the batch was set up, this changes what is shown of it and nothing else.</summary>
    public async Task<IResult> UpdateAsync(HttpContext context, string id)
    {
        var batch = await mine.FindAsync(context, id);
        var body = await ProlificBody.ReadAsync(context);
        var patch = BatchDocument.PatchOf(body);
        await DatasetAsync(context, body.Id("dataset_id"));
        if (batch.Status == ProlificStatus.Processing)
        {
            throw ProlificRefusal.Bad("The batch is being set up and cannot be changed now.");
        }

        if (patch.Count > 0)
        {
            await ChangeAsync(context, batch, patch);
        }

        return await FindAsync(context, id);
    }

    /// <summary>POST /batches/{id}/duplicate.</summary>
    public async Task<IResult> DuplicateAsync(HttpContext context, string id)
    {
        var original = (await mine.FindAsync(context, id)).Document;
        var body = await ProlificBody.ReadAsync(context);
        var name = body.Name("name") ?? CopyOf(original.Name);
        var dataset = body.Flag("upload_new_dataset") ?? false ? null : original.DatasetId;
        return await CreateAsync(context, original with { Name = name, CreatedBy = context.KeyId(), DatasetId = dataset });
    }

    private const string Copy = " (Copy)";

    // What two characters of UTF-16 write together is not cut through.
    private static string CopyOf(string name)
    {
        var length = Math.Min(name.Length, Limits.NameLength - Copy.Length);
        return $"{name[..(length < name.Length && char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)]}{Copy}";
    }

    /// <summary>Changes the dialect's document, which the lifecycle allows in every state.</summary>
    internal async Task ChangeAsync(HttpContext context, ProlificBatch batch, JsonObject patch)
    {
        var document = new JsonObject { ["dialect_document"] = patch }.ToJsonString();
        var reply = await commands.SendAsync(new UpdateBatch(batch.Row.CorrelationId, Guid.NewGuid(), document, context.Actor()));
        if (!reply.Accepted)
        {
            throw new ProblemException(reply.AsProblem());
        }
    }

    private async Task<IResult> CreateAsync(HttpContext context, BatchDocument document)
    {
        var draft = await batches.DraftAsync(context, dialect);
        await batches.CreateAsync(draft with { Name = document.Name, DialectDocument = document.Write() }, context.RequestAborted);
        return ProlificDialect.Answer(201, (await mine.FindAsync(context, $"{draft.BatchId}")).Body());
    }

    // The id itself, of a dataset that is there.
    private async Task<Guid?> DatasetAsync(HttpContext context, Guid? id) =>
        id is null || await datasets.FindAsync(context.Tenant(), id.Value, context.RequestAborted) is not null
            ? id
            : throw ProlificRefusal.Bad($"dataset_id: there is no dataset {id:D}.");
}
