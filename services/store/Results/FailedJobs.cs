using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Store.Results;

/// <summary>Finds the failed jobs of a run.</summary>
public static class FailedJobs
{
    /// <summary>The outcomes of those that the filter means; all of them without one.</summary>
    public static IQueryable<Outcome> Of(StoreDb db, Run run, RetryFilter? only = null)
    {
        var failed = db.Outcomes.Where(outcome => outcome.Batch == run.Batch && outcome.Run == run.Number && outcome.State == JobState.Failed);
        if (only?.ErrorCode is { } code)
        {
            failed = failed.Where(outcome => outcome.ErrorCode == code);
        }

        return only is null or { Namespace: null, Action: null } ? failed : failed.Where(outcome => db.Jobs.Any(job =>
            job.Batch == outcome.Batch && job.Index == outcome.Index
            && job.AddedRev <= run.Revision && (job.RemovedRev == null || job.RemovedRev > run.Revision)
            && (only.Namespace == null || job.Namespace == only.Namespace) && (only.Action == null || job.Action == only.Action)));
    }
}
