using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>The row of a run, by whose lock all that changes what the run counts takes turns.</summary>
internal static class RunRow
{
    /// <summary>
    /// The run as it is until the commit, untracked; null when it is gone. After its slices and before its lanes, by everybody:
    /// two who went the other way round would wait for each other.
    /// </summary>
    public static async Task<Run?> LockAsync(StoreDb db, long batch, int number, CancellationToken cancellationToken) =>
        (await db.UpdateReturningAsync<Run>($"UPDATE runs SET seq = seq", $"batch = {batch} AND number = {number}", cancellationToken)).SingleOrDefault();
}
