using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Tests.Bulk;

/// <summary>What bulk writes of outcomes promise, whatever the provider.</summary>
public abstract class OutcomeBulkTests(StoreFixture fixture)
{
    private readonly BatchStore _store = fixture.Store;
    private readonly long _batch = StoreFixture.NextBatch();

    [Fact]
    public async Task Nothing_is_a_valid_number_of_outcomes()
    {
        await InsertOutcomesAsync(1);

        await using var db = _store.Read();
        Assert.False(await db.Outcomes.AnyAsync(row => row.Batch == _batch));
    }

    [Fact]
    public async Task Outcomes_are_stored_whole_and_numbered_by_arrival()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddMicroseconds(678_900);
        await InsertOutcomesAsync(
            8,
            new PackedOutcome(5, true, 200, null, null, 1, 12, time, """{"answer":"ü"}"""u8.ToArray()),
            new PackedOutcome(2, false, 503, ErrorCodes.UpstreamStatus, "Grüße", 3, 34, time.Date, default));

        await using var db = _store.Read();
        var outcomes = await db.Outcomes.Where(row => row.Batch == _batch && row.Run == 1).OrderBy(row => row.Seq).ToListAsync();
        Assert.Equal(
            [
                (5, 8, JobState.Completed, 200, """{"answer":"ü"}""", null, null, 1, 12, time),
                (2, 9, JobState.Failed, 503, null, ErrorCodes.UpstreamStatus, "Grüße", 3, 34, time.Date),
            ],
            outcomes.Select(o => (o.Index, o.Seq, o.State, o.StatusCode, o.Response, o.ErrorCode, o.ErrorMessage, o.Attempts, o.DurationMs, o.CompletedAt)));
        Assert.Equal(DateTimeKind.Utc, outcomes[0].CompletedAt.Kind);
    }

    [Fact]
    public async Task Outcomes_can_be_found_by_time()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        await InsertOutcomesAsync(1, Outcome(0, time), Outcome(1, time.AddMilliseconds(250)), Outcome(2, time.AddMilliseconds(500)));

        await using var db = _store.Read();
        var (after, before) = (time, time.AddMilliseconds(300));
        Assert.Equal([1], await db.Outcomes.Where(o => o.Batch == _batch && o.CompletedAt > after && o.CompletedAt < before).Select(o => o.Index).ToListAsync());
    }

    [Fact]
    public async Task An_error_message_may_hold_any_character()
    {
        await InsertOutcomesAsync(1, new PackedOutcome(0, false, 0, ErrorCodes.UpstreamUnreachable, "a\0b", 1, 1, DateTime.UnixEpoch, default));

        await using var db = _store.Read();
        var message = (await db.Outcomes.SingleAsync(row => row.Batch == _batch)).ErrorMessage;
        Assert.Contains(message, new[] { "a\0b", "a\uFFFDb" });
    }

    [Fact]
    public async Task A_second_outcome_of_a_job_is_refused()
    {
        await InsertOutcomesAsync(1, Outcome(0, DateTime.UnixEpoch));

        await Assert.ThrowsAsync<DbUpdateException>(() => InsertOutcomesAsync(2, Outcome(0, DateTime.UnixEpoch)));
    }

    [Fact]
    public async Task An_arrival_number_is_given_once()
    {
        await InsertOutcomesAsync(1, Outcome(0, DateTime.UnixEpoch));

        await Assert.ThrowsAsync<DbUpdateException>(() => InsertOutcomesAsync(1, Outcome(1, DateTime.UnixEpoch)));
    }

    private static PackedOutcome Outcome(int index, DateTime time) => new(index, true, 200, null, null, 1, 1, time, "{}"u8.ToArray());

    private async Task InsertOutcomesAsync(int firstSeq, params PackedOutcome[] outcomes)
    {
        await using var unit = await _store.BeginAsync();
        await _store.Bulk.InsertOutcomesAsync(unit.Db, _batch, 1, firstSeq, outcomes, default);
        await unit.CommitAsync();
    }
}

public sealed class SqliteOutcomeBulkTests(SqliteFixture fixture) : OutcomeBulkTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresOutcomeBulkTests(PostgresFixture fixture) : OutcomeBulkTests(fixture), IClassFixture<PostgresFixture>;
