namespace BatchPlatform.Dashboard.Plots;

/// <summary>What was done lately, in as many steps as a plot has room for.</summary>
/// <param name="Moments">When each step began.</param>
/// <param name="Outcomes">Jobs that ended a second, by how.</param>
/// <param name="Latencies">How long calls took, in milliseconds.</param>
/// <param name="Depths">Jobs that waited, by where.</param>
internal sealed record ActivityPlot(
    IReadOnlyList<DateTimeOffset> Moments, IReadOnlyList<PlotSeries> Outcomes, IReadOnlyList<PlotSeries> Latencies, IReadOnlyList<PlotSeries> Depths)
{
    private const int Room = 60;

    /// <summary>The steps of <paramref name="activity"/>, several in one where there are too many.</summary>
    public static ActivityPlot Of(Activity activity)
    {
        var together = Math.Max(1, (activity.Points.Count + Room - 1) / Room);
        var steps = activity.Points.Chunk(together).ToList();
        double PerSecond(ActivityPoint[] step, Func<ActivityPoint, long> jobs) => (double)step.Sum(jobs) / (step.Length * Math.Max(1, activity.StepSeconds));
        return new ActivityPlot(
            [.. steps.Select(step => step[0].At)],
            [
                new PlotSeries("Completed", 1, [.. steps.Select(step => (double?)PerSecond(step, point => point.Completed))]),
                new PlotSeries("Failed", 2, [.. steps.Select(step => (double?)PerSecond(step, point => point.Failed))]),
            ],
            [
                new PlotSeries("Half are faster than", 1, [.. steps.Select(Median)]),
                new PlotSeries("95 % are faster than", 3, [.. steps.Select(step => step.Max(point => point.DurationP95Ms))]),
            ],
            [
                new PlotSeries("In the database", 1, [.. steps.Select(step => (double?)step.Max(point => point.Pending))]),
                new PlotSeries("In the queue", 3, [.. steps.Select(step => (double?)step.Max(point => point.Queued))]),
                new PlotSeries("At workers", 2, [.. steps.Select(step => (double?)step.Max(point => point.Processing))]),
            ]);
    }

    // Of the medians, weighed by how many jobs each is of: as near as one gets to that of all of them.
    private static double? Median(ActivityPoint[] step)
    {
        var known = step.Where(point => point.DurationP50Ms is not null).ToList();
        var jobs = known.Sum(Ended);
        return jobs == 0 ? null : known.Sum(point => point.DurationP50Ms!.Value * Ended(point)) / jobs;
    }

    private static long Ended(ActivityPoint point) => Math.Max(1, point.Completed + point.Failed);
}
