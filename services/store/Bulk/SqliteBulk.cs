using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Bulk;

/// <summary>Prepared statements, one for all rows.</summary>
public sealed class SqliteBulk : IBulk
{
    public Task InsertJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<StagedJob> jobs, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task InsertOutcomesAsync(StoreDb db, long batch, int run, int firstSeq, IReadOnlyList<PackedOutcome> outcomes, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<IReadOnlyList<PackedJob>> ReadLaneAsync(StoreDb db, LaneRange range, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<IReadOnlyList<PackedJob>> ReadJobsAsync(StoreDb db, long batch, int revision, IReadOnlyList<(int Index, int Attempt)> jobs, CancellationToken cancellationToken) => throw new NotSupportedException();
}
