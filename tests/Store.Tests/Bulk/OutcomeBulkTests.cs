using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Tests.Bulk;

/// <summary>What bulk writes of outcomes promise, whatever the provider.</summary>
public abstract class OutcomeBulkTests(StoreFixture fixture)
{
    private readonly BatchStore _store = fixture.Store;
    private static readonly DateTime Now = new(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc);

    private readonly long _batch = StoreFixture.NextBatch();
    private readonly Guid _id = Guid.CreateVersion7();

    [Fact]
    public async Task Nothing_is_a_valid_number_of_outcomes()
    {
        await RunAsync(total: 1);

        var run = await InsertOutcomesAsync();

        Assert.False(run!.Settled);
        await using var db = _store.Read();
        Assert.False(await db.Outcomes.AnyAsync(row => row.Batch == _batch));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public async Task Outcomes_are_stored_whole_and_numbered_by_arrival(int more)
    {
        await RunAsync(total: 10 + more, seq: 7);
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddMicroseconds(678_900);
        await InsertOutcomesAsync([
            new PackedOutcome(5, true, 200, null, null, 1, 12, time, """{"answer":"ü"}"""u8.ToArray()),
            new PackedOutcome(2, false, 503, ErrorCodes.UpstreamStatus, "Grüße", 3, 34, time.Date, default),
            .. Enumerable.Range(10, more).Select(index => Outcome(index, time))]);

        await using var db = _store.Read();
        var all = await db.Outcomes.Where(row => row.Batch == _batch && row.Run == 1).OrderBy(row => row.Seq).ToListAsync();
        Assert.Equal(Enumerable.Range(10, more).Select(index => (index, index)), all.Skip(2).Select(row => (row.Index, row.Seq)));
        var outcomes = all.Take(2).ToList();
        Assert.Equal(
            [
                (5, 8, JobState.Completed, 200, """{"answer":"ü"}""", null, null, 1, 12, time),
                (2, 9, JobState.Failed, 503, null, ErrorCodes.UpstreamStatus, "Grüße", 3, 34, time.Date),
            ],
            outcomes.Select(o => (o.Index, o.Seq, o.State, o.StatusCode, o.Response, o.ErrorCode, o.ErrorMessage, o.Attempts, o.DurationMs, o.CompletedAt)));
        Assert.Equal(DateTimeKind.Utc, outcomes[0].CompletedAt.Kind);
    }

    [Fact]
    public async Task Outcomes_are_counted_in_their_run_until_it_has_settled()
    {
        await RunAsync(total: 3);

        var first = await InsertOutcomesAsync(Outcome(0, DateTime.UnixEpoch), Failed(1));
        var second = await InsertOutcomesAsync(Failed(2));

        Assert.Equal(new CountedRun(_id, Epoch: 4, Failures: 1, Started: true, StopOnJobError: true, Settled: false, CanaryDone: false, BudgetSpent: false, BudgetPauses: false), first);
        Assert.Equal(first! with { Failures = 2, Settled = true }, second);
        await using var db = _store.Read();
        var run = await db.Runs.SingleAsync(row => row.Batch == _batch);
        Assert.Equal((1, 2, 2, 3, Now), (run.Completed, run.Failed, run.Failures, run.Seq, run.SettledAt));
    }

    [Fact]
    public async Task The_count_tells_when_the_canary_is_done_and_when_the_failure_budget_is_spent()
    {
        await RunAsync(total: 100, change: run => (run.Canary, run.BudgetRate, run.BudgetMinimum, run.BudgetPauses) = (3, 0.5, 4, true));

        var tooFew = await InsertOutcomesAsync(Failed(0), Failed(1));
        var canary = await InsertOutcomesAsync(Outcome(2, DateTime.UnixEpoch));
        var spent = await InsertOutcomesAsync(Outcome(3, DateTime.UnixEpoch));
        var better = await InsertOutcomesAsync(Outcome(4, DateTime.UnixEpoch));

        Assert.Equal((false, false), (tooFew!.CanaryDone, tooFew.BudgetSpent));
        Assert.Equal((true, false), (canary!.CanaryDone, canary.BudgetSpent));
        Assert.Equal((true, true), (spent!.BudgetSpent, spent.BudgetPauses));
        Assert.False(better!.BudgetSpent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public async Task A_run_that_is_gone_takes_no_outcomes(int count)
    {
        Assert.Null(await InsertOutcomesAsync([.. Enumerable.Range(0, count).Select(index => Outcome(index, DateTime.UnixEpoch))]));

        await using var db = _store.Read();
        Assert.False(await db.Outcomes.AnyAsync(row => row.Batch == _batch));
    }

    [Fact]
    public async Task Outcomes_can_be_found_by_time()
    {
        await RunAsync(total: 3);
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        await InsertOutcomesAsync(Outcome(0, time), Outcome(1, time.AddMilliseconds(250)), Outcome(2, time.AddMilliseconds(500)));

        await using var db = _store.Read();
        var (after, before) = (time, time.AddMilliseconds(300));
        Assert.Equal([1], await db.Outcomes.Where(o => o.Batch == _batch && o.CompletedAt > after && o.CompletedAt < before).Select(o => o.Index).ToListAsync());
    }

    [Fact]
    public async Task An_error_message_may_hold_any_character()
    {
        await RunAsync(total: 1);
        await InsertOutcomesAsync(new PackedOutcome(0, false, 0, ErrorCodes.UpstreamUnreachable, "a\0b", 1, 1, DateTime.UnixEpoch, default));

        await using var db = _store.Read();
        var message = (await db.Outcomes.SingleAsync(row => row.Batch == _batch)).ErrorMessage;
        Assert.Contains(message, new[] { "a\0b", "a\uFFFDb" });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public async Task A_second_outcome_of_a_job_is_refused(int count)
    {
        await RunAsync(total: 1000);
        await InsertOutcomesAsync(Outcome(0, DateTime.UnixEpoch));

        await Assert.ThrowsAsync<DbUpdateException>(() => InsertOutcomesAsync([.. Enumerable.Range(0, count).Select(index => Outcome(index, DateTime.UnixEpoch))]));

        await using var db = _store.Read();
        Assert.Equal(1, (await db.Runs.SingleAsync(row => row.Batch == _batch)).Seq);
    }

    private static PackedOutcome Outcome(int index, DateTime time) => new(index, true, 200, null, null, 1, 1, time, "{}"u8.ToArray());

    private static PackedOutcome Failed(int index) => new(index, false, 500, ErrorCodes.UpstreamStatus, "No.", 1, 1, DateTime.UnixEpoch, default);

    private async Task RunAsync(int total, int seq = 0, Action<Run>? change = null)
    {
        await using var unit = await _store.BeginAsync();
        var run = new Run
        {
            Batch = _batch, Number = 1, BatchId = _id, Tenant = "default", Root = 1, Epoch = 4, Total = total, Seq = seq, Started = true, StopOnJobError = true, CreatedAt = Now, Deadline = Now,
        };
        change?.Invoke(run);
        unit.Db.Runs.Add(run);
        await unit.CommitAsync();
    }

    private async Task<CountedRun?> InsertOutcomesAsync(params PackedOutcome[] outcomes)
    {
        await using var unit = await _store.BeginAsync();
        var run = await _store.Bulk.InsertOutcomesAsync(unit.Db, _batch, 1, outcomes, Now, default);
        await unit.CommitAsync();
        return run;
    }
}

public sealed class SqliteOutcomeBulkTests(SqliteFixture fixture) : OutcomeBulkTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresOutcomeBulkTests(PostgresFixture fixture) : OutcomeBulkTests(fixture), IClassFixture<PostgresFixture>;
