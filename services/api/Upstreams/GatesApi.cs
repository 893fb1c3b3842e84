using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Whether upstreams are called: operators pause and resume them.</summary>
public static class GatesApi
{
    public static void MapGates(this RouteGroupBuilder v1)
    {
        var upstream = v1.MapGroup("/upstreams/{ns}").WithTags("upstreams");
        upstream.MapGet("/gate", async (string ns, UpstreamDirectory directory, BatchStore store, CancellationToken cancellationToken) =>
            {
                await CheckAsync(directory, ns, cancellationToken);
                return TypedResults.Ok(await ViewAsync(store, ns, cancellationToken));
            })
            .WithName("get-gate")
            .WithSummary("Whether the upstream is called now, and if not, why")
            .ProducesProblems(404);
        upstream.MapPost("/pause", (string ns, HttpContext context, UpstreamDirectory directory, BatchStore store, Operations operations) =>
                SetAsync(ns, paused: true, context, directory, store, operations))
            .WithName("pause-upstream")
            .WithSummary("Call the upstream no more; its jobs wait")
            .RequireAuthorization(ApiSetup.AdminPolicy)
            .Accepts<LifecycleApi.PauseBody>(isOptional: true, "application/json")
            .Produces<GateView>()
            .ProducesProblems(400, 404, 413, 415, 422, 504);
        upstream.MapPost("/resume", (string ns, HttpContext context, UpstreamDirectory directory, BatchStore store, Operations operations) =>
                SetAsync(ns, paused: false, context, directory, store, operations))
            .WithName("resume-upstream")
            .WithSummary("End a pause")
            .RequireAuthorization(ApiSetup.AdminPolicy)
            .Produces<GateView>()
            .ProducesProblems(404, 504);
    }

    // Repeated, it changes nothing: it needs no record of Idempotency-Key.
    private static async Task<IResult> SetAsync(string ns, bool paused, HttpContext context, UpstreamDirectory directory, BatchStore store, Operations operations)
    {
        await CheckAsync(directory, ns, context.RequestAborted);
        var body = RequestBody.Parse<LifecycleApi.PauseBody>(await RequestBody.ReadAsync(context));
        await operations.AskAsync<PauseUpstream, UpstreamPaused>(new PauseUpstream(ns, paused, LifecycleApi.Checked(body.Reason), context.Actor()));
        return Results.Ok(await ViewAsync(store, ns, CancellationToken.None));
    }

    private static async Task CheckAsync(UpstreamDirectory directory, string ns, CancellationToken cancellationToken)
    {
        if ((await directory.CurrentAsync(cancellationToken)).Find(ns) is null)
        {
            throw new ProblemException(Problems.NotFound("There is no upstream of that namespace."));
        }
    }

    private static async Task<GateView> ViewAsync(BatchStore store, string ns, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var gate = await db.Gates.FirstOrDefaultAsync(row => row.Namespace == ns, cancellationToken);
        var granted = await db.Slices
            .Where(slice => slice.Namespace == ns && slice.State != SliceState.Returned)
            .Select(slice => new { slice.Remaining, slice.Concurrency, slice.CallsPerSecond })
            .ToListAsync(cancellationToken);
        return new GateView(
            ns,
            gate?.Paused ?? false,
            gate?.PauseReason,
            gate is null || gate.ClosedUntil == DateTime.UnixEpoch ? null : gate.ClosedUntil,
            Failing: gate?.Trips > 0,
            new UpstreamUse(granted.Sum(slice => slice.Remaining), granted.Sum(slice => slice.Concurrency), granted.Sum(slice => slice.CallsPerSecond)));
    }
}

/// <summary>Whether an upstream is called.</summary>
/// <param name="Namespace">The upstream.</param>
/// <param name="Paused">Somebody paused it.</param>
/// <param name="PauseReason">Why.</param>
/// <param name="ClosedUntil">Not called before then: it asked for that, or failed most calls. Null when it never was closed.</param>
/// <param name="Failing">It failed most calls; single jobs probe whether it is well again.</param>
/// <param name="InUse">What workers may ask of it at this moment.</param>
public sealed record GateView(string Namespace, bool Paused, string? PauseReason, DateTime? ClosedUntil, bool Failing, UpstreamUse InUse);

/// <summary>How much of an upstream's limits is given out, to the slices that were sent to workers.</summary>
/// <param name="Jobs">Their jobs without an outcome.</param>
/// <param name="Concurrency">Calls at once, of <c>limits.concurrency</c>.</param>
/// <param name="CallsPerSecond">Of <c>limits.requests_per_second</c>; 0 where there is no such limit.</param>
public sealed record UpstreamUse(int Jobs, int Concurrency, double CallsPerSecond);
