using System.Text;
using System.Text.Json;
using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace BatchPlatform.Api.Reading;

/// <summary>The data of a <c>progress</c> or an <c>end</c> event.</summary>
public sealed record ProgressEvent(BatchState State, BatchCounts Counts, double? JobsPerSecond, double? EtaSeconds);

/// <summary>Server-sent events: a batch's progress until it ends.</summary>
internal static class EventsApi
{
    // The store is asked this often, so that a client costs two small reads a second however fast its batch is.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapEvents(this RouteGroupBuilder batches) =>
        batches.MapGet("{id}/events", StreamAsync)
            .WithName("get-events")
            .WithMetadata(LongRequest.Mark)
            .WithSummary("Server-sent events: progress, then the end")
            .WithDescription("""
                An event `progress` at once and whenever state or counts have changed, at most every 500 ms; an event `end` once
                the batch is Finished or Stopped, and the stream closes. Both carry {state, counts, jobs_per_second, eta_seconds}.
                A comment every 15 s keeps a silent connection open. A stream that closes without `end` was cut off.
                """)
            .Produces<ProgressEvent>(contentType: "text/event-stream")
            .ProducesProblems(404);

    private static async Task StreamAsync(string id, HttpContext context, BatchViews views, TimeProvider clock, IHostApplicationLifetime host)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        var batchId = Parameter.BatchId(id);
        var view = await views.FindAsync(context.Tenant(), batchId, context.RequestAborted) ?? throw new ProblemException(Problems.BatchNotFound());
        Prepare(context);
        try
        {
            await FollowAsync(view, () => views.FindAsync(view.Tenant, batchId, ended.Token), context.Response, clock, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client went, or this process does: a client that wants the rest asks again.
        }
    }

    private static void Prepare(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        // Proxies of the nginx family hold small writes back unless told.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static async Task FollowAsync(BatchView? view, Func<Task<BatchView?>> next, HttpResponse response, TimeProvider clock, CancellationToken cancellationToken)
    {
        ProgressEvent? sent = null;
        var written = clock.GetTimestamp();
        for (; view is not null; view = await next())
        {
            var progress = new ProgressEvent(view.State, view.Counts, view.JobsPerSecond, view.EtaSeconds);
            if (progress.State != sent?.State || progress.Counts != sent.Counts)
            {
                await WriteAsync(response, Event("progress", progress), cancellationToken);
                (sent, written) = (progress, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(written) >= Heartbeat)
            {
                await WriteAsync(response, ": still here\n\n", cancellationToken);
                written = clock.GetTimestamp();
            }

            if (progress.State is BatchState.Finished or BatchState.Stopped)
            {
                await WriteAsync(response, Event("end", progress), cancellationToken);
                return;
            }

            await Task.Delay(Period, clock, cancellationToken);
        }
    }

    private static string Event(string name, ProgressEvent data) => $"event: {name}\ndata: {JsonSerializer.Serialize(data, ApiJson.Options)}\n\n";

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, Encoding.UTF8, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
