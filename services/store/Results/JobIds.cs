using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Results;

/// <summary>One integer for a job, where a dialect needs one: the batch's number × 2^20 + the job's index.</summary>
public static class JobIds
{
    /// <summary>The id.</summary>
    public static long Of(long number, int index) => (number * Limits.JobsPerBatch) + index;

    /// <summary>The batch and the job that an id stands for.</summary>
    public static (long Number, int Index) Parse(long id) => (id / Limits.JobsPerBatch, (int)(id % Limits.JobsPerBatch));
}
