using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>What upstreams there are. They hold no secrets.</summary>
public static class UpstreamsApi
{
    public static void MapUpstreams(this RouteGroupBuilder v1)
    {
        var upstreams = v1.MapGroup("/upstreams").WithTags("upstreams");
        upstreams.MapGet("/", ListAsync).WithName("list-upstreams").WithSummary("All upstreams, by namespace").Produces<UpstreamList>();
        upstreams.MapGet("/{ns}", GetAsync).WithName("get-upstream").WithSummary("One upstream, its latest version").Produces<Upstream>().ProducesProblems(404);
        upstreams.MapPut("/{ns}", PutAsync).WithName("put-upstream").WithSummary("Define an upstream, or change it: a new version").RequireAuthorization(ApiSetup.AdminPolicy)
            .Accepts<Upstream>("application/json")
            .Produces<Upstream>()
            .WithMetadata(new UnboundedBody())
            .ProducesProblems(400, 413, 415, 422);
        upstreams.MapDelete("/{ns}", DeleteAsync).WithName("delete-upstream").WithSummary("Remove an upstream that no unfinished job needs").RequireAuthorization(ApiSetup.AdminPolicy)
            .Produces(204)
            .ProducesProblems(404, 409);
    }

    private static async Task<IResult> ListAsync(UpstreamDirectory directory, CancellationToken cancellationToken) =>
        Results.Ok(new UpstreamList([.. (await directory.CurrentAsync(cancellationToken)).All]));

    private static async Task<IResult> GetAsync(string ns, UpstreamDirectory directory, CancellationToken cancellationToken) =>
        (await directory.CurrentAsync(cancellationToken)).Find(ns) is { } known ? Results.Ok(known.Definition) : NotFound();

    private static async Task<IResult> PutAsync(HttpContext context, string ns, UpstreamWriting writing) =>
        Results.Ok(await writing.PutAsync(context, ns));

    private static async Task<IResult> DeleteAsync(HttpContext context, string ns, UpstreamWriting writing) =>
        await writing.DeleteAsync(context, ns) switch
        {
            UpstreamDeletion.Deleted => Results.NoContent(),
            UpstreamDeletion.InUse => Problems.Conflict(ErrorCodes.UpstreamInUse, "Unfinished jobs need this upstream: let their batches end, or delete them."),
            _ => NotFound(),
        };

    private static Problem NotFound() => Problems.NotFound("There is no upstream of that namespace.");
}

/// <summary>A page of upstreams; there is only one page.</summary>
public sealed record UpstreamList(IReadOnlyList<Upstream> Items)
{
    public string? NextCursor => null;
}
