using System.ComponentModel;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Tenants;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;

namespace BatchPlatform.Api.Batches;

/// <summary>Creates, updates and deletes batches.</summary>
public static class BatchesApi
{
    public static void MapBatches(this RouteGroupBuilder v1)
    {
        var batches = v1.MapGroup("/batches").WithTags("batches");
        batches.MapPost("/", (HttpContext context, BatchCreation creation) => creation.RunAsync(context))
            .WithName("create-batch")
            .WithSummary("Create a batch; with jobs and commit, run it in one step")
            .WithMetadata(new UnboundedBody())
            .Accepts<CreateBatchBody>("application/json")
            .Produces<BatchView>(201)
            .ProducesProblems(413, 415, 503, 504)
            .TakesIdempotencyKey()
            .IsBoundByQuotas();
        batches.MapPatch("/{id}", UpdateAsync)
            .WithName("update-batch")
            .WithSummary("Change name, options, callback or schedule by a merge patch while nothing runs")
            .Accepts<BatchPatchBody>("application/merge-patch+json", "application/json")
            .Produces<BatchView>()
            .ProducesProblems(400, 404, 409, 413, 415, 422, 504);
        batches.MapDelete("/{id}", DeleteAsync)
            .WithName("delete-batch")
            .WithSummary("Delete a batch with all its data; a running one only with force")
            .Produces(204)
            .ProducesProblems(400, 404, 409, 504);
    }

    private static async Task<IResult> UpdateAsync(
        string id, HttpContext context, BatchStore store, BatchCommands commands, Lifecycle lifecycle, AddressGuard guard, CallbackSecrets secrets, TenantDefaults defaults)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var zone = (await defaults.OfAsync(context.Tenant(), context.RequestAborted)).TimeZone;
        var (patch, newSecret) = BatchPatchBody.Read(await RequestBody.ReadAsync(context), batch, zone, guard, secrets);
        var reply = await commands.SendAsync(new UpdateBatch(batch.Id, Guid.NewGuid(), patch, context.Actor()));
        if (!reply.Accepted)
        {
            return reply.AsProblem();
        }

        var view = await lifecycle.ViewAsync(context, batch.Id);
        return Results.Ok(newSecret ? await secrets.ShowAsync(view) : view);
    }

    private static async Task<IResult> DeleteAsync(
        string id,
        [Description("true: also while it runs; what it has begun is cut off.")] bool? force,
        HttpContext context,
        BatchStore store,
        BatchCommands commands)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var reply = await commands.SendAsync(new DeleteBatch(batch.Id, Guid.NewGuid(), force ?? false, Actor: context.Actor()));
        return reply.Accepted ? Results.NoContent() : reply.AsProblem();
    }
}
