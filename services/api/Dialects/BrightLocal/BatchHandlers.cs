using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>Creates, commits, stops and deletes batches.</summary>
public sealed class BatchHandlers(
    DialectBatches batches, BrightLocalBatches mine, BrightLocalDialect dialect, DialectCallbacks callbacks, BatchCommands commands, IOptions<BrightLocalOptions> options)
{
    /// <summary>POST /v4/batch.</summary>
    public async Task<IResult> CreateAsync(HttpContext context)
    {
        var parameters = await BrightLocalDialect.ParametersAsync(context);
        var stop = parameters.Text("stop-on-job-error") ?? "0";
        var format = parameters.Text("callback_request_format") ?? "form";
        var url = parameters.Text("callback");
        if (stop is not ("0" or "1" or "true" or "false") || format is not ("form" or "json") || (url is not null && callbacks.FaultOf(url) is not null))
        {
            // The vendor says no more than this.
            return Results.Json(new JsonObject { ["success"] = false }, statusCode: StatusCodes.Status400BadRequest);
        }

        var draft = await batches.DraftAsync(context, dialect);
        await batches.CreateAsync(
            draft with
            {
                Options = new BatchSettings(StopOnJobError: stop is "1" or "true"),
                Callback = url is null ? null : callbacks.Make(url, $"brightlocal-{format}"),
            },
            context.RequestAborted);
        return Results.Json(new JsonObject { ["success"] = true, ["batch-id"] = IdOf(draft.Number) }, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>PUT /v4/batch.</summary>
    public Task<IResult> CommitAsync(HttpContext context) => SendAsync(context, id => new CommitBatch(id, Guid.NewGuid(), context.Actor()));

    /// <summary>PUT /v4/batch/stop.</summary>
    public Task<IResult> StopAsync(HttpContext context) => SendAsync(context, id => new StopBatch(id, Guid.NewGuid(), context.Actor()));

    /// <summary>DELETE /v4/batch; a running batch is stopped first.</summary>
    public Task<IResult> DeleteAsync(HttpContext context) => SendAsync(context, id => new DeleteBatch(id, Guid.NewGuid(), Force: true, Actor: context.Actor()));

    private async Task<IResult> SendAsync<T>(HttpContext context, Func<Guid, T> command)
        where T : class, IBatchCommand
    {
        var batch = await mine.FindAsync(context);
        var reply = await commands.SendAsync(command(batch.CorrelationId));
        return reply.Accepted ? Results.Json(new JsonObject { ["success"] = true }) : dialect.Refuse(reply.AsProblem());
    }

    private JsonNode IdOf(long number) => options.Value.BatchIdFormat == BatchIdFormat.Integer ? number : $"{number}";
}
