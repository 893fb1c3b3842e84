using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>What reading a batch's rows takes to know of it.</summary>
/// <param name="Number">The key of its rows.</param>
/// <param name="State">Its state.</param>
/// <param name="Revision">The revision whose jobs are seen.</param>
/// <param name="NextIndex">No job stands at or after it.</param>
/// <param name="Run">The latest run, 0 before the first.</param>
internal sealed record BatchRef(long Number, BatchState State, int Revision, int NextIndex, int Run)
{
    /// <summary>Of a batch that was read whole.</summary>
    public static BatchRef Of(Batch batch) => new(batch.Number, Enum.Parse<BatchState>(batch.CurrentState), batch.Revision, batch.NextIndex, batch.Run);

    /// <summary>Finds a tenant's batch.</summary>
    /// <exception cref="ProblemException">404 BATCH_NOT_FOUND: unknown, deleted, or another tenant's.</exception>
    public static async Task<BatchRef> FindAsync(StoreDb db, string tenant, string id, CancellationToken cancellationToken)
    {
        var batchId = Parameter.BatchId(id);
        return await db.Batches
            .Where(batch => batch.CorrelationId == batchId && batch.Tenant == tenant && batch.DeletedAt == null)
            .Select(batch => new BatchRef(batch.Number, Enum.Parse<BatchState>(batch.CurrentState), batch.Revision, batch.NextIndex, batch.Run))
            .SingleOrDefaultAsync(cancellationToken) ?? throw new ProblemException(Problems.BatchNotFound());
    }

    /// <summary>The batch as it was for a run of it: with the jobs that it had then, and in their states at its end.</summary>
    public BatchRef At(Run run) => this with { Revision = run.Revision, Run = run.Number };

    /// <summary>The jobs that the revision sees.</summary>
    public IQueryable<Job> Jobs(StoreDb db) => db.Jobs.Where(job =>
        job.Batch == Number && job.AddedRev <= Revision && (job.RemovedRev == null || job.RemovedRev > Revision));

    /// <summary>One run.</summary>
    /// <exception cref="ProblemException">404 RUN_NOT_FOUND, or 410 RUN_EXPIRED: it was there, and has been removed.</exception>
    public async Task<Run> RunAsync(StoreDb db, int number, CancellationToken cancellationToken) =>
        await db.Runs.SingleOrDefaultAsync(run => run.Batch == Number && run.Number == number, cancellationToken)
            ?? throw new ProblemException(number > 0 && number <= Run
                ? Problems.RunExpired()
                : new Problem(StatusCodes.Status404NotFound, ErrorCodes.RunNotFound, "The batch has no such run."));

    /// <summary>One run whose outcomes are there.</summary>
    /// <exception cref="ProblemException">404 RUN_NOT_FOUND, or 410 RUN_EXPIRED.</exception>
    public async Task<Run> RunWithResultsAsync(StoreDb db, int number, CancellationToken cancellationToken) =>
        await RunAsync(db, number, cancellationToken) is { ExpiredAt: null } run ? run : throw new ProblemException(Problems.RunExpired());

    /// <summary>
    /// The latest run of all jobs and the retries of its failed ones, in order, up to <see cref="Run"/>; empty before the first run. A retry has
    /// every job that was failed when it began, so what counts is each run's completed jobs and everything of the last.
    /// </summary>
    public async Task<IReadOnlyList<Run>> LatestRunsAsync(StoreDb db, CancellationToken cancellationToken) =>
        await db.Runs
            .Where(run => run.Batch == Number && run.Number <= Run && run.Root == db.Runs.Single(last => last.Batch == Number && last.Number == Run).Root)
            .OrderBy(run => run.Number)
            .ToListAsync(cancellationToken);
}
