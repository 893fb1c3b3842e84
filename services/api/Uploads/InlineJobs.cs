using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>Reads jobs that stand in the body of another request.</summary>
internal static class InlineJobs
{
    /// <summary>The jobs, which point into <paramref name="array"/>.</summary>
    /// <exception cref="ProblemException">422: it is no array, or some jobs are bad.</exception>
    public static List<StagedJob> Read(ReadOnlyMemory<byte> array, JobRules rules)
    {
        if (array.Span[0] != '[')
        {
            throw new ProblemException(Problems.InvalidField("jobs", "must be an array"));
        }

        var jobs = new List<StagedJob>();
        var format = new JsonArrayFormat<StagedJob>();
        while (format.FindEnd(array.Span) is var length and >= 0)
        {
            format.Read(array[..length], rules, jobs);
            array = array[length..];
        }

        return rules.Errors.Count > 0 ? throw new ProblemException(JobAppending.FaultOf(rules)!) : jobs;
    }
}
