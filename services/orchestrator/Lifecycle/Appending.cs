using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Takes staged jobs into a batch by raising the revision from which they are seen.</summary>
internal static class Appending
{
    /// <summary>Whether nobody appended since the jobs were staged.</summary>
    public static bool Follows(Batch batch, StagedAppend append) =>
        append.BaseIndex == batch.NextIndex && append.Revision == batch.Revision + 1;

    public static void TakeIn(Batch batch, StagedAppend append)
    {
        batch.Revision = append.Revision;
        batch.NextIndex = append.BaseIndex + append.Count;
        batch.Lanes = Sum(batch.Lanes.Concat(append.Lanes), append.Removed ?? []);
        batch.Total = batch.Lanes.Sum(lane => lane.Count);
        batch.ShortestDeadlineSeconds = Shortest(batch.ShortestDeadlineSeconds, append.ShortestDeadlineSeconds);
    }

    /// <summary>Why the batch does not take them in, in a state that takes none.</summary>
    public static (string Code, string Detail) Refusal(Batch batch, StagedAppend append) => (append.Edits, batch.Recurring) switch
    {
        (true, true) => (ErrorCodes.BatchRunning, "The jobs of a running batch cannot be changed."),
        (true, false) => (ErrorCodes.NotRecurring, "Only the jobs of a recurring batch can be changed."),
        _ => (ErrorCodes.BatchAlreadyCommitted, "The batch takes no more jobs."),
    };

    private static int Shortest(int one, int other) => one == 0 || other == 0 ? one + other : Math.Min(one, other);

    // Where a lane's first jobs were removed it begins with a gap, which costs nothing.
    private static IReadOnlyList<LaneCount> Sum(IEnumerable<LaneCount> there, IReadOnlyList<LaneCount> removed) =>
        [.. there
            .GroupBy(lane => lane.Namespace)
            .Select(lane => new LaneCount(
                lane.Key,
                lane.Min(part => part.First),
                lane.Sum(part => part.Count) - removed.Where(part => part.Namespace == lane.Key).Sum(part => part.Count)))
            .Where(lane => lane.Count > 0)];
}
