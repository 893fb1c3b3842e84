using System.ComponentModel;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Store.Watching;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>How much was done lately, and what waits: for people who watch.</summary>
internal static class ActivityApi
{
    private const int DefaultMinutes = 60;
    private const int MaxMinutes = 24 * 60;

    public static void MapActivity(this RouteGroupBuilder v1) =>
        v1.MapGet("/activity", ReadAsync)
            .WithTags("tenants")
            .WithName("get-activity")
            .WithSummary("Jobs that ended in the last minutes, how long their calls took, and what waits")
            .WithDescription("Each point covers step_seconds; the step that goes on is not told yet, and a crash of a process leaves its last seconds out.")
            .Produces<ActivityView>()
            .ProducesProblems(400, 403);

    private static async Task<IResult> ReadAsync([AsParameters] Query query, HttpContext context, BatchStore store, TimeProvider time)
    {
        var minutes = Parameter.Number("minutes", query.Minutes, 1, MaxMinutes) ?? DefaultMinutes;
        var tenant = context.TenantMeant(Parameter.Text("tenant", query.Tenant));
        var span = ActivitySpan.Ending(time.GetUtcNow().UtcDateTime, minutes);
        await using var db = store.Read();
        var steps = (tenant == Tenancy.AllTenants ? db.Activity : db.Activity.Where(step => step.Tenant == tenant))
            .Where(step => step.At >= span.From && step.At < span.To)
            .OrderBy(step => step.At);
        var points = await span.PointsOfAsync(steps.AsAsyncEnumerable(), context.RequestAborted);
        return TypedResults.Ok(new ActivityView(span.From, span.To, span.StepSeconds, points, await BacklogAsync(db, tenant, context.RequestAborted)));
    }

    private static async Task<BacklogView> BacklogAsync(StoreDb db, string tenant, CancellationToken cancellationToken)
    {
        var backlogs = await Backlogs.ReadAsync(db, tenant == Tenancy.AllTenants ? null : tenant, cancellationToken);
        return new BacklogView(
            backlogs.Sum(backlog => backlog.Batches), backlogs.Sum(backlog => backlog.Pending), backlogs.Sum(backlog => backlog.Queued), backlogs.Sum(backlog => backlog.Processing));
    }

    internal sealed record Query
    {
        [Description("How far back: 1 to 1440, 60 when absent.")]
        public string? Minutes { get; init; }

        [Description("Another tenant than the key's own, or * for all; for the scope admin.")]
        public string? Tenant { get; init; }
    }
}

/// <summary>How much was done lately, and what waits.</summary>
/// <param name="From">When the first point begins.</param>
/// <param name="To">When the last point ends.</param>
/// <param name="StepSeconds">What one point covers.</param>
/// <param name="Points">In order of time, with none left out.</param>
/// <param name="Now">What waits.</param>
public sealed record ActivityView(DateTime From, DateTime To, int StepSeconds, IReadOnlyList<ActivityPoint> Points, BacklogView Now);

/// <summary>What was done in one step.</summary>
/// <param name="At">When it began.</param>
/// <param name="Completed">Jobs that ended well.</param>
/// <param name="Failed">Jobs that ended with an error.</param>
/// <param name="DurationP50Ms">What half of the calls did not exceed; null without calls.</param>
/// <param name="DurationP95Ms">What nineteen of twenty calls did not exceed; null without calls.</param>
/// <param name="Pending">Jobs of batches under way that were in no slice: the most that was seen.</param>
/// <param name="Queued">Jobs in slices that no worker had yet: the most that was seen.</param>
/// <param name="Processing">Jobs in slices that workers had: the most that was seen.</param>
public sealed record ActivityPoint(
    DateTime At, long Completed, long Failed, double? DurationP50Ms, double? DurationP95Ms, long Pending, long Queued, long Processing);

/// <summary>What waits.</summary>
/// <param name="RunningBatches">Batches that are Committed or Running.</param>
/// <param name="Pending">Their jobs without an outcome that are in no slice.</param>
/// <param name="Queued">Jobs in slices that no worker has yet.</param>
/// <param name="Processing">Jobs in slices that workers have.</param>
public sealed record BacklogView(int RunningBatches, long Pending, long Queued, long Processing);

/// <summary>A time span cut into points.</summary>
internal sealed record ActivitySpan(DateTime From, DateTime To, int StepSeconds)
{
    // Of an hour and more: enough for a plot as wide as a screen.
    private const int MaxPoints = 360;

    /// <summary>The last minutes, as whole points, up to the step that goes on.</summary>
    public static ActivitySpan Ending(DateTime now, int minutes)
    {
        var step = ActivityStep.Seconds * (int)Math.Ceiling(minutes * 60 / (double)(ActivityStep.Seconds * MaxPoints));
        var ticks = TimeSpan.FromSeconds(step).Ticks;
        var to = new DateTime(now.Ticks - (now.Ticks % ticks), DateTimeKind.Utc);
        var points = (int)Math.Ceiling(minutes * 60 / (double)step);
        return new ActivitySpan(to.AddSeconds(-points * step), to, step);
    }

    /// <summary>The span's points, from what orchestrators wrote, in order of time: only what belongs to one point is kept, however many tenants there are.</summary>
    public async Task<IReadOnlyList<ActivityPoint>> PointsOfAsync(IAsyncEnumerable<ActivityStep> steps, CancellationToken cancellationToken)
    {
        var points = new List<ActivityPoint>();
        var sum = new ActivitySum();
        await foreach (var step in steps.WithCancellation(cancellationToken))
        {
            EndBefore(step.At);
            sum.Add(step);
        }

        EndBefore(To);
        return points;

        void EndBefore(DateTime at)
        {
            while (points.Count < (int)((at - From).TotalSeconds / StepSeconds))
            {
                points.Add(sum.Take(From.AddSeconds((double)points.Count * StepSeconds)));
            }
        }
    }
}
