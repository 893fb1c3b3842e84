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
        batch.Total += append.Count;
        batch.Lanes = Merge(batch.Lanes, append.Lanes);
        batch.ShortestDeadlineSeconds = Shortest(batch.ShortestDeadlineSeconds, append.ShortestDeadlineSeconds);
    }

    private static int Shortest(int one, int other) => one == 0 || other == 0 ? one + other : Math.Min(one, other);

    private static IReadOnlyList<LaneCount> Merge(IReadOnlyList<LaneCount> old, IReadOnlyList<LaneCount> added) =>
        [.. old.Concat(added)
            .GroupBy(lane => lane.Namespace)
            .Select(lane => new LaneCount(lane.Key, lane.Min(part => part.First), lane.Sum(part => part.Count)))];
}
