using BatchPlatform.Api.Batches;
using BatchPlatform.Store;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Expansions;

/// <summary>How far an expansion is.</summary>
public static class ExpansionsApi
{
    public static void MapExpansions(this RouteGroupBuilder v1) =>
        v1.MapGet("/batches/{id}/expansions/{expansion}", FindAsync)
            .WithTags("jobs")
            .WithName("get-expansion")
            .WithSummary("How far the making of jobs from a dataset is")
            .Produces<ExpansionView>()
            .ProducesProblems(404);

    private static async Task<IResult> FindAsync(string id, string expansion, HttpContext context, BatchStore store, ExpansionRows rows, IOptions<PublicOptions> at)
    {
        var batch = await BatchRow.FindAsync(store, context, id);
        return Guid.TryParse(expansion, out var parsed) && await rows.FindAsync(batch.Id, parsed, context.RequestAborted) is { } row
            ? TypedResults.Ok(ExpansionView.Of(row, at.Value))
            : Problems.ExpansionNotFound();
    }
}
