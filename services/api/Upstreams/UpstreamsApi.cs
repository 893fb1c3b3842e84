using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>What upstreams there are. They hold no secrets.</summary>
public static class UpstreamsApi
{
    public static void MapUpstreams(this RouteGroupBuilder v1)
    {
        var upstreams = v1.MapGroup("/upstreams").WithTags("upstreams");
        upstreams.MapGet("/", ListAsync).WithSummary("All upstreams, by namespace").Produces<UpstreamList>();
        upstreams.MapGet("/{ns}", GetAsync).WithSummary("One upstream, its latest version").Produces<Upstream>().Produces<Problem>(404, Problem.ContentType);
    }

    private static async Task<IResult> ListAsync(UpstreamDirectory directory, CancellationToken cancellationToken) =>
        Results.Ok(new UpstreamList([.. (await directory.CurrentAsync(cancellationToken)).All]));

    private static async Task<IResult> GetAsync(string ns, UpstreamDirectory directory, CancellationToken cancellationToken) =>
        (await directory.CurrentAsync(cancellationToken)).Find(ns) is { } known
            ? Results.Ok(known.Definition)
            : Problems.NotFound("There is no upstream of that namespace.");
}

/// <summary>A page of upstreams; there is only one page.</summary>
public sealed record UpstreamList(IReadOnlyList<Upstream> Items)
{
    public string? NextCursor => null;
}
