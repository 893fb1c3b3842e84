using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>Submits a batch: <c>batch?action=run</c>.</summary>
public sealed class IvvyRun(DialectBatches batches, IvvyDialect dialect, DialectCallbacks callbacks, TimeProvider time)
{
    // A client that got no asyncId would submit the batch again: it is worth looking for one whose reply was lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ProblemException">24091, 24092, 24093, 24448; 504 when nobody knows whether the batch is there.</exception>
    public async Task<IResult> RunAsync(HttpContext context, IvvyBody body)
    {
        var (jobs, url) = body.Submission();
        if (callbacks.FaultOf(url) is { } fault)
        {
            throw IvvyFaults.Invalid("callbackUrl", $"Value {fault}");
        }

        var draft = await batches.DraftAsync(context, dialect, jobs) with { Callback = callbacks.Make(url, dialect.Name), Commit = true };
        try
        {
            await batches.CreateAsync(draft, context.RequestAborted);
        }
        catch (ProblemException lost) when (lost.Problem.Code == ErrorCodes.OutcomeUnknown)
        {
            if (!await AppearsAsync(context, draft))
            {
                throw;
            }
        }

        return Results.Json(new JsonObject { ["asyncId"] = draft.BatchId.ToString("N") });
    }

    private async Task<bool> AppearsAsync(HttpContext context, Submission draft)
    {
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < Patience; await Task.Delay(Pause, time, context.RequestAborted))
        {
            if (await batches.FindAsync(context, dialect, draft.BatchId) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
