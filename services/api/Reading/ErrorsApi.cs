using System.ComponentModel;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>Failed jobs that look alike.</summary>
/// <param name="Code">Their code.</param>
/// <param name="Message">The first 300 characters of their message.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstIndex">The first of them.</param>
public sealed record ErrorGroup(string Code, string Message, int Count, int FirstIndex);

/// <summary>What went wrong with a batch's jobs.</summary>
/// <param name="Items">The most frequent first, 100 at most.</param>
/// <param name="Failed">Failed jobs.</param>
/// <param name="Counted">Those that were looked at for this: the first 100,000.</param>
public sealed record ErrorsView(IReadOnlyList<ErrorGroup> Items, int Failed, int Counted);

/// <summary>The errors of a batch, grouped.</summary>
internal static class ErrorsApi
{
    private const int MaxGroups = 100;
    private const int MaxMessage = 300;
    private const int MaxCounted = 100_000;

    public static void MapErrors(this RouteGroupBuilder batches) =>
        batches.MapGet("{id}/errors", ListAsync)
            .WithName("list-errors")
            .WithSummary("Why a batch's jobs failed: by code and message, the most frequent first")
            .Produces<ErrorsView>()
            .ProducesProblems(400, 404, 410);

    private static async Task<IResult> ListAsync(
        string id, [Description("Of this run alone; of the latest when absent.")] string? run, HttpContext context, BatchStore store, CancellationToken cancellationToken)
    {
        var number = Parameter.Number("run", run, 1, int.MaxValue);
        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, context.Tenant(), id, cancellationToken);

        // The latest run has every job that failed in those before it: a retry takes them over.
        var meant = number is null
            ? await db.Runs.SingleOrDefaultAsync(row => row.Batch == batch.Number && row.Number == batch.Run && row.ExpiredAt == null, cancellationToken)
            : await batch.RunWithResultsAsync(db, number.Value, cancellationToken);
        return TypedResults.Ok(meant is null
            ? new ErrorsView([], Failed: 0, Counted: 0)
            : new ErrorsView(await GroupsAsync(db, meant, cancellationToken), meant.Failed, Math.Min(meant.Failed, MaxCounted)));
    }

    private static async Task<IReadOnlyList<ErrorGroup>> GroupsAsync(StoreDb db, Run run, CancellationToken cancellationToken)
    {
        var groups = await FailedJobs.Of(db, run)
            .OrderBy(outcome => outcome.Index)
            .Take(MaxCounted)
            .Select(outcome => new { Code = outcome.ErrorCode ?? "", Message = (outcome.ErrorMessage ?? "").Substring(0, MaxMessage), outcome.Index })
            .GroupBy(outcome => new { outcome.Code, outcome.Message })
            .Select(group => new { group.Key.Code, group.Key.Message, Count = group.Count(), First = group.Min(outcome => outcome.Index) })
            .OrderByDescending(group => group.Count).ThenBy(group => group.First)
            .Take(MaxGroups)
            .ToListAsync(cancellationToken);
        return groups.ConvertAll(group => new ErrorGroup(group.Code, group.Message, group.Count, group.First));
    }
}
