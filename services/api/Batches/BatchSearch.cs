using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Batches;

/// <summary>A batch that was found, and where it stands in the list.</summary>
internal readonly record struct BatchHit(Guid Id, BatchPosition At);

/// <summary>
/// Finds batches in an order that an index has. What the index cannot tell (a part of a name, a code that many have) is looked for
/// along it, a stretch at a time and a bounded number of them, so that no page reads all of a million batches.
/// </summary>
internal sealed class BatchSearch(StoreDb db, BatchFilter filter)
{
    /// <summary>Batches that are counted, at most.</summary>
    public const int MaxCounted = 1_000_000;

    private const int Stretch = 10_000;
    private const int Looks = 8;

    // So many batches are looked up one by one rather than looked for along an index: of those with a schedule as many as would be looked at there.
    private const int Few = 500;
    private const int FewScheduled = Stretch;

    /// <summary>Batches after a position, and where the next page begins; null at the end. There may be fewer than the limit, or none, before it.</summary>
    public async Task<(IReadOnlyList<BatchHit> Hits, BatchPosition? Next)> FindAsync(BatchSort sort, BatchPosition? from, int limit, CancellationToken cancellationToken)
    {
        var walk = await WalkAsync(sort, cancellationToken);
        var found = new List<BatchHit>();
        for (var look = 0; look < Looks; look++)
        {
            var rest = sort.After(walk.Batches, from);
            var end = walk.IsShort ? null : await EndAsync(sort, rest, cancellationToken);
            found.AddRange(await HitsAsync(sort, Chosen(walk, sort.UpTo(rest, end)), limit + 1 - found.Count, cancellationToken));
            if (found.Count > limit)
            {
                return (found[..limit], found[limit - 1].At);
            }

            from = end;
            if (end is null)
            {
                break;
            }
        }

        return (found, from);
    }

    /// <summary>How many there are; of more than <see cref="MaxCounted"/> candidates only those are counted.</summary>
    public async Task<(int Count, bool More)> CountAsync(CancellationToken cancellationToken)
    {
        var walk = await WalkAsync(BatchSort.OldestFirst, cancellationToken);
        var candidates = BatchSort.OldestFirst.Ordered(walk.Batches);
        var more = await candidates.Skip(MaxCounted).AnyAsync(cancellationToken);
        return (await Chosen(walk, more ? candidates.Take(MaxCounted) : candidates).CountAsync(cancellationToken), more);
    }

    // Where a stretch ends, so that what is looked at is bounded on both sides; null when the rest is shorter.
    private static async Task<BatchPosition?> EndAsync(BatchSort sort, IQueryable<Batch> rest, CancellationToken cancellationToken) =>
        await HitsAsync(sort, rest, take: 1, cancellationToken, skip: Stretch - 1) is [var end] ? end.At : null;

    private static async Task<List<BatchHit>> HitsAsync(BatchSort sort, IQueryable<Batch> batches, int take, CancellationToken cancellationToken, int skip = 0)
    {
        var rows = await sort.Ordered(batches)
            .Skip(skip)
            .Take(take)
            .Select(batch => new { batch.CorrelationId, batch.Number, batch.Name, batch.CreatedAt, batch.EndedAt })
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new BatchHit(row.CorrelationId, sort.Key switch
        {
            BatchKey.Name => new BatchPosition(default, row.Name!, row.Number),
            BatchKey.Ended => new BatchPosition(row.EndedAt!.Value, "", row.Number),
            _ => new BatchPosition(row.CreatedAt, "", row.Number),
        }));
    }

    private async Task<Walk> WalkAsync(BatchSort sort, CancellationToken cancellationToken)
    {
        var batches = db.Batches.Where(batch => batch.DeletedAt == null);
        batches = filter.Tenant is { } tenant ? batches.Where(batch => batch.Tenant == tenant) : batches;
        batches = sort.Key switch
        {
            BatchKey.Created => OfStateAndAge(batches),
            BatchKey.Name => batches.Where(batch => batch.Name != null),
            _ => batches.Where(batch => batch.EndedAt != null),
        };
        return await FewAsync(batches, cancellationToken) is { } few
            ? new Walk(few, sort.Key, IsShort: true)
            : new Walk(batches, sort.Key, filter is { Name: null, ErrorCode: null, Scheduled: null } && (sort.Key == BatchKey.Created || IsOfAnyStateAndAge));
    }

    private bool IsOfAnyStateAndAge => filter is { State: null, CreatedAfter: null, CreatedBefore: null, Until: null };

    // Those that have what few have, if they are few. The limit, which they do not reach, makes the database find them all before it puts them in order:
    // otherwise it goes along the order's index, in the hope of meeting some soon.
    private async Task<IQueryable<Batch>?> FewAsync(IQueryable<Batch> batches, CancellationToken cancellationToken)
    {
        var (rare, few) = filter.Scheduled == true ? (WithSchedule(), FewScheduled) : filter.ErrorCode is { } code ? (WithFailure(code), Few) : (null, 0);
        return rare is null || await rare.Skip(few).AnyAsync(cancellationToken)
            ? null
            : batches.Where(batch => rare.Contains(batch.Number)).OrderBy(batch => batch.Number).Take(few);
    }

    private IQueryable<long> WithSchedule()
    {
        var schedules = filter.Tenant is { } tenant ? db.Schedules.Where(schedule => schedule.Tenant == tenant) : db.Schedules;
        return schedules.OrderBy(schedule => schedule.Tenant).ThenBy(schedule => schedule.Batch).Select(schedule => schedule.Batch);
    }

    private IQueryable<long> WithFailure(string code)
    {
        var kept = Failure.CodeOf(code);
        var failures = db.Failures.Where(failure => failure.Code == kept);
        failures = filter.Tenant is { } tenant ? failures.Where(failure => failure.Tenant == tenant) : failures;
        return failures.OrderBy(failure => failure.Tenant).ThenBy(failure => failure.Batch).Select(failure => failure.Batch);
    }

    // What the walk has not chosen already.
    private IQueryable<Batch> Chosen(Walk walk, IQueryable<Batch> batches)
    {
        batches = walk.Key == BatchKey.Created ? batches : OfStateAndAge(batches);
        batches = filter.Name is { } name ? Named(batches, name) : batches;
        batches = filter.Scheduled is { } scheduled ? batches.Where(batch => db.Schedules.Any(schedule => schedule.Batch == batch.Number) == scheduled) : batches;
        if (filter.ErrorCode is not { } code)
        {
            return batches;
        }

        var kept = Failure.CodeOf(code);
        return batches.Where(batch => db.Failures.Any(failure => failure.Batch == batch.Number && failure.Run == batch.Run && failure.Code == kept));
    }

    private IQueryable<Batch> OfStateAndAge(IQueryable<Batch> batches)
    {
        var state = filter.State?.ToString();
        batches = state is null ? batches : batches.Where(batch => batch.CurrentState == state);
        batches = filter.CreatedAfter is { } after ? batches.Where(batch => batch.CreatedAt > after) : batches;
        batches = filter.CreatedBefore is { } before ? batches.Where(batch => batch.CreatedAt < before) : batches;
        return filter.Until is { } until ? batches.Where(batch => batch.CreatedAt <= until) : batches;
    }

    // In the same case it is found everywhere; in another, where the database knows the letters: SQLite only those from A to Z.
#pragma warning disable CA1304, CA1311, CA1862 // The database does it, by its own rules: it knows no cultures.
    private static IQueryable<Batch> Named(IQueryable<Batch> batches, string name)
    {
        var lower = name.ToLowerInvariant();
        return batches.Where(batch => batch.Name!.Contains(name) || batch.Name.ToLower().Contains(lower));
    }
#pragma warning restore CA1304, CA1311, CA1862

    /// <summary>Batches in the order of an index.</summary>
    /// <param name="Batches">What an index finds.</param>
    /// <param name="Key">What it has them in order of.</param>
    /// <param name="IsShort">A page ends soon: there are few, or nothing is left to be looked for.</param>
    private sealed record Walk(IQueryable<Batch> Batches, BatchKey Key, bool IsShort);
}
