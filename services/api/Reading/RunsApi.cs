using System.ComponentModel;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>Where a run is.</summary>
public enum RunState
{
    /// <summary>The batch's latest, and the batch runs or waits to.</summary>
    Running,

    /// <summary>Not every job has an outcome, and nothing more is cut unless the batch is started again.</summary>
    Stopped,

    /// <summary>Every job has an outcome.</summary>
    Settled,
}

/// <summary>A run as clients see it.</summary>
/// <param name="Run">From 1.</param>
/// <param name="Root">The run whose failed jobs this one retries; its own number for a run of all jobs.</param>
/// <param name="State">Where it is.</param>
/// <param name="Total">Jobs that it owes an outcome.</param>
/// <param name="Completed">Outcomes so far.</param>
/// <param name="Failed">Outcomes so far.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="SettledAt">When its last outcome was stored.</param>
/// <param name="ExpiredAt">Since when its results are not kept any more.</param>
public sealed record RunView(int Run, int Root, RunState State, int Total, int Completed, int Failed, DateTime CreatedAt, DateTime? SettledAt, DateTime? ExpiredAt);

/// <summary>The runs of a batch.</summary>
internal static class RunsApi
{
    public static void MapRuns(this RouteGroupBuilder batches)
    {
        batches.MapGet("{id}/runs", ListAsync).WithName("list-runs").WithSummary("A batch's runs, newest first").Produces<Page<RunView>>().ProducesProblems(400, 404);
        batches.MapGet("{id}/runs/{n}", FindAsync).WithName("get-run").WithSummary("One run of a batch").Produces<RunView>().ProducesProblems(404, 410);
    }

    private static async Task<IResult> ListAsync(
        string id,
        [Description("Runs, at most: 1 to 1000, 50 when absent.")] string? limit,
        [Description("The next_cursor of the page before.")] string? cursor,
        HttpContext context,
        BatchStore store,
        CancellationToken cancellationToken)
    {
        var (take, before) = (Parameter.Limit(limit), Cursor.Read(cursor) ?? int.MaxValue);
        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, context.Tenant(), id, cancellationToken);
        var runs = await db.Runs
            .Where(run => run.Batch == batch.Number && run.Number < before)
            .OrderByDescending(run => run.Number)
            .Take(take + 1)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(runs, take, run => View(run, batch), run => Cursor.Write(run.Number)));
    }

    private static async Task<IResult> FindAsync(string id, string n, HttpContext context, BatchStore store, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var batch = await BatchRef.FindAsync(db, context.Tenant(), id, cancellationToken);
        _ = int.TryParse(n, out var number);
        return TypedResults.Ok(View(await batch.RunAsync(db, number, cancellationToken), batch));
    }

    private static RunView View(Run run, BatchRef batch) =>
        new(run.Number, run.Root, StateOf(run, batch), run.Total, run.Completed, run.Failed, run.CreatedAt, run.SettledAt, run.ExpiredAt);

    private static RunState StateOf(Run run, BatchRef batch)
    {
        if (run.SettledAt is not null)
        {
            return RunState.Settled;
        }

        return run.Number == batch.Run && batch.State is BatchState.Committed or BatchState.Running ? RunState.Running : RunState.Stopped;
    }
}
