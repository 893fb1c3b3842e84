using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Idempotency;
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
            .WithSummary("Create a batch; with jobs and commit, run it in one step")
            .WithMetadata(new UnboundedBody())
            .Accepts<CreateBatchBody>("application/json")
            .Produces<BatchView>(201)
            .ProducesProblems(400, 409, 413, 422, 504);
        batches.MapPatch("/{id}", UpdateAsync)
            .WithSummary("Change name, options or callback by a merge patch while nothing runs")
            .Accepts<BatchPatchBody>("application/merge-patch+json", "application/json")
            .Produces<BatchView>()
            .ProducesProblems(400, 404, 409, 422, 504);
        batches.MapDelete("/{id}", DeleteAsync)
            .WithSummary("Delete a batch with all its data; a running one only with force")
            .Produces(204)
            .ProducesProblems(404, 409, 504);
    }

    private static async Task<IResult> UpdateAsync(
        string id, HttpContext context, BatchStore store, BatchCommands commands, Lifecycle lifecycle, AddressGuard guard)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var patch = BatchPatchBody.Read(await RequestBody.ReadAsync(context), batch, guard);
        var reply = await commands.SendAsync(new UpdateBatch(batch.Id, Guid.NewGuid(), patch));
        return reply.Accepted ? Results.Ok(await lifecycle.ViewAsync(context, batch.Id)) : reply.AsProblem();
    }

    private static async Task<IResult> DeleteAsync(string id, bool? force, HttpContext context, BatchStore store, BatchCommands commands)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        var reply = await commands.SendAsync(new DeleteBatch(batch.Id, Guid.NewGuid(), force ?? false));
        return reply.Accepted ? Results.NoContent() : reply.AsProblem();
    }
}

/// <summary>What PATCH may change. A member left out stays, null resets it.</summary>
public sealed record BatchPatchBody(string? Name = null, BatchSettings? Options = null, Callback? Callback = null)
{
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth };

    /// <summary>Checks a merge patch against the batch it is for; gives the text for the lifecycle, which applies it to the batch as it then is.</summary>
    /// <exception cref="ProblemException">400 or 422: it cannot be applied.</exception>
    internal static string Read(ReadOnlyMemory<byte> body, BatchRow batch, AddressGuard guard)
    {
        RequestBody.CheckSyntax(body.Span);
        return RequestBody.Fields(() =>
        {
            var patch = JsonNode.Parse(body.Span, documentOptions: NoDuplicates)!.AsObject();
            var merged = new JsonObject
            {
                ["options"] = JsonSerializer.SerializeToNode(batch.Options, ApiJson.Options),
                ["callback"] = JsonSerializer.SerializeToNode(batch.Callback, ApiJson.Options),
            };
            Merge(merged, patch);
            var result = merged.Deserialize<BatchPatchBody>(ApiJson.Options)!;
            BatchRules.Check(result.Name, result.Options ?? new BatchSettings(), result.Callback, guard);
            return patch.ToJsonString();
        });
    }

    // RFC 7396.
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (member, value) in patch)
        {
            if (value is JsonObject change)
            {
                var part = target[member] as JsonObject ?? [];
                Merge(part, change);
                target[member] = part.DeepClone();
            }
            else if (value is null)
            {
                target.Remove(member);
            }
            else
            {
                target[member] = value.DeepClone();
            }
        }
    }
}
