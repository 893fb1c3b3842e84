using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>Which jobs to list.</summary>
/// <param name="State">Only in this state.</param>
/// <param name="ErrorCode">Only those that failed with this code.</param>
/// <param name="CustomId">Only those that the client named so.</param>
internal sealed record JobFilter(JobState? State, string? ErrorCode, string? CustomId)
{
    public bool Admits(JobView job) =>
        (State is null || job.State == State)
        && (ErrorCode is null || job.Error?.Code == ErrorCode)
        && (CustomId is null || job.CustomId == CustomId);
}

/// <summary>
/// Finds the jobs of one page in order of index. Candidates come from where there are fewest: the index on custom ids,
/// the outcomes, the slices that were sent, the jobs without an outcome. Each look is at a stretch of the batch and
/// there are a bounded number of them, so that no page reads a whole batch of any size in search of one job.
/// </summary>
internal sealed class JobFinder(StoreDb db, BatchRef batch, JobStates states, JobFilter filter)
{
    private const int Looks = 16;
    private const int Stretch = Limits.JobsPerBatch / Looks;

    // Params of one page, in characters: a page of large jobs ends early.
    private const int PageSize = 4 * 1024 * 1024;

    /// <summary>Jobs from index <paramref name="from"/> on, and where the next page begins; null at the end.</summary>
    public async Task<(IReadOnlyList<JobView> Jobs, int? Next)> FindAsync(int from, int limit, CancellationToken cancellationToken)
    {
        var found = new List<JobView>();
        var size = 0;
        for (var look = 0; look < Looks && from < batch.NextIndex && found.Count < limit && size < PageSize; look++)
        {
            var (candidates, next) = await CandidatesAsync(from, limit - found.Count, cancellationToken);
            var jobs = await LoadAsync(candidates, PageSize - size, cancellationToken);
            found.AddRange((await states.ViewAsync(jobs, cancellationToken)).Where(filter.Admits));
            size += jobs.Sum(job => job.Params.Length);
            from = jobs.Count < candidates.Count && size >= PageSize ? jobs[^1].Index + 1 : next;
        }

        return (found, from < batch.NextIndex ? from : null);
    }

    // Indexes in ascending order, and the first index not looked at.
    private async Task<(IReadOnlyList<int> Indexes, int Next)> CandidatesAsync(int from, int count, CancellationToken cancellationToken)
    {
        if (filter is { CustomId: null, ErrorCode: null, State: JobState.Queued or JobState.Processing })
        {
            return Cut([.. Sent(from).Take(count)], count, batch.NextIndex);
        }

        var everyOneCounts = filter.CustomId is not null || filter is { State: null, ErrorCode: null };
        var end = everyOneCounts ? batch.NextIndex : Math.Min(from + Stretch, batch.NextIndex);
        var indexes = filter is { CustomId: null, ErrorCode: null, State: JobState.Pending }
            ? await WithoutOutcomeAsync(from, end, count, cancellationToken)
            : await Indexes(from, end).Order().Take(count).ToListAsync(cancellationToken);
        return Cut(indexes, count, end);
    }

    private static (IReadOnlyList<int> Indexes, int Next) Cut(List<int> indexes, int count, int end) =>
        (indexes, indexes.Count == count ? indexes[^1] + 1 : end);

    private IEnumerable<int> Sent(int from) => states.Slices
        .Where(slice => slice.State == filter.State)
        .SelectMany(slice => slice.Jobs.Each())
        .Select(job => job.Index)
        .Where(index => index >= from)
        .Order();

    // Two plain reads and a difference: as one anti-join, PostgreSQL without statistics compares every job with every outcome.
    private async Task<List<int>> WithoutOutcomeAsync(int from, int end, int count, CancellationToken cancellationToken)
    {
        var over = await Outcomes(from, end).Select(outcome => outcome.Index).ToHashSetAsync(cancellationToken);
        var jobs = await Jobs(from, end).OrderBy(job => job.Index).Select(job => new { job.Index, job.AddedRev }).ToListAsync(cancellationToken);
        return [.. jobs.Where(job => !over.Contains(job.Index) || states.IsNewer(job.AddedRev)).Select(job => job.Index).Take(count)];
    }

    private IQueryable<int> Indexes(int from, int end) => filter switch
    {
        { CustomId: { } customId } => Jobs(from, end).Where(job => job.CustomId == customId).Select(job => job.Index),
        // Only failed jobs have a code; said so that the index on these is used.
        { ErrorCode: { } errorCode } => Outcomes(from, end).Where(outcome => outcome.State == JobState.Failed && outcome.ErrorCode == errorCode).Select(outcome => outcome.Index),
        { State: JobState.Completed or JobState.Failed } => Outcomes(from, end).Where(outcome => outcome.State == filter.State).Select(outcome => outcome.Index),
        _ => Jobs(from, end).Select(job => job.Index),
    };

    private IQueryable<Job> Jobs(int from, int end) => batch.Jobs(db).Where(job => job.Index >= from && job.Index < end);

    private IQueryable<Outcome> Outcomes(int from, int end) => states.Outcomes().Where(outcome => outcome.Index >= from && outcome.Index < end);

    private async Task<IReadOnlyList<Job>> LoadAsync(IReadOnlyList<int> indexes, int room, CancellationToken cancellationToken)
    {
        var jobs = new List<Job>();
        var rows = batch.Jobs(db).Where(job => indexes.Contains(job.Index)).OrderBy(job => job.Index);
        await foreach (var job in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            jobs.Add(job);
            room -= job.Params.Length;
            if (room <= 0)
            {
                break;
            }
        }

        return jobs;
    }
}
