using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>A job as somebody wants it, not checked yet.</summary>
/// <param name="Namespace">The upstream.</param>
/// <param name="Action">The upstream's action.</param>
/// <param name="Params">A JSON object in UTF-8.</param>
/// <param name="CustomId">The client's own name for it.</param>
public sealed record NewJob(string Namespace, string Action, ReadOnlyMemory<byte> Params, string? CustomId = null)
{
    /// <summary>The jobs as they are staged; faults carry the job's position, from 1, as their line.</summary>
    /// <exception cref="ProblemException">422: some jobs cannot be taken, or there are none.</exception>
    public static List<StagedJob> Check(IReadOnlyList<NewJob> jobs, JobRules rules)
    {
        var staged = new List<StagedJob>(jobs.Count);
        foreach (var (place, job) in jobs.Index())
        {
            rules.Add(place + 1, new JobMembers { Namespace = job.Namespace, Action = job.Action, Params = job.Params, CustomId = job.CustomId }, staged);
        }

        return JobAppending.FaultOf(rules) is { } fault ? throw new ProblemException(fault) : staged;
    }
}
