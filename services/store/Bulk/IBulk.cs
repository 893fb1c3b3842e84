using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Bulk;

/// <summary>One job on its way into <c>jobs</c>.</summary>
/// <param name="Index">Its place in the batch.</param>
/// <param name="Namespace">The upstream.</param>
/// <param name="Action">The upstream's action.</param>
/// <param name="Params">Raw JSON object, UTF-8.</param>
/// <param name="CustomId">The client's own name for it.</param>
/// <param name="DeadlineSeconds">Its own deadline, after commit or start; null when only the batch has one.</param>
public readonly record struct StagedJob(int Index, string Namespace, string Action, ReadOnlyMemory<byte> Params, string? CustomId, int? DeadlineSeconds = null);

/// <summary>One row on its way into <c>dataset_rows</c>.</summary>
/// <param name="Index">Its place in the dataset.</param>
/// <param name="Json">Raw JSON object, UTF-8.</param>
public readonly record struct StagedRow(int Index, ReadOnlyMemory<byte> Json);

/// <summary>Which jobs of a lane a cut wants.</summary>
/// <param name="Batch">The batch's number.</param>
/// <param name="Revision">The revision that the run sees.</param>
/// <param name="Namespace">The lane.</param>
/// <param name="From">The first index looked at.</param>
/// <param name="End">The first index not looked at.</param>
/// <param name="MaxJobs">Jobs, at most.</param>
/// <param name="MaxBytes">Bytes of params, at most; the first job is taken whatever its size.</param>
public readonly record struct LaneRange(long Batch, int Revision, string Namespace, int From, int End, int MaxJobs, int MaxBytes);

/// <summary>
/// The provider's fast path for many rows. Runs on the context's connection: inserts inside its transaction, which there
/// must be; reads inside it when there is one.
/// </summary>
public interface IBulk
{
    /// <summary>Inserts staged jobs under a revision that nobody sees yet.</summary>
    /// <exception cref="DbUpdateException">The database refused the rows, for example because one is there already; the transaction can only be rolled back.</exception>
    Task InsertJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken);

    /// <summary>Inserts rows of a dataset's content.</summary>
    /// <exception cref="DbUpdateException">As for jobs.</exception>
    Task InsertRowsAsync(StoreDb db, long content, IReadOnlyList<StagedRow> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Counts outcomes in their run's row, which is locked until the commit, and inserts them with the arrival numbers
    /// that follow, in the order given. The run has settled, at <paramref name="now"/>, when all its jobs are counted; then
    /// its lanes are active no more.
    /// </summary>
    /// <returns>The run after the count; null, and nothing stored, when it is gone.</returns>
    /// <exception cref="DbUpdateException">As for jobs; a job that has an outcome already is refused.</exception>
    Task<CountedRun?> InsertOutcomesAsync(StoreDb db, long batch, int run, IReadOnlyList<PackedOutcome> outcomes, DateTime now, CancellationToken cancellationToken);

    /// <summary>The lane's next jobs in order of index, each at attempt 1.</summary>
    Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, LaneRange range, CancellationToken cancellationToken);

    /// <summary>These jobs in order of index, at the attempts given; missing ones are left out.</summary>
    /// <param name="db">The context.</param>
    /// <param name="batch">The batch's number.</param>
    /// <param name="revision">The revision that the run sees.</param>
    /// <param name="jobs">Indexes with attempts, ascending.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<PackedJob>> ReadJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> jobs, CancellationToken cancellationToken);
}
