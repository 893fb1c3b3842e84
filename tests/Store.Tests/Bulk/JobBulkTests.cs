using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Tests.Bulk;

/// <summary>What bulk reads and writes of jobs promise, whatever the provider.</summary>
public abstract class JobBulkTests(StoreFixture fixture)
{
    private readonly BatchStore _store = fixture.Store;
    private readonly long _batch = StoreFixture.NextBatch();

    /// <summary>How many other jobs come along: a few are inserted in another way than many.</summary>
    public static TheoryData<int> Others => [0, 200];

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"text":"Grüße, 招待, 🎉, \u0000 \ud800 and 'quotes' \"\\"}""", 0)]
    [InlineData("{}", 200)]
    [InlineData("""{"text":"Grüße, 招待, 🎉, \u0000 \ud800 and 'quotes' \"\\"}""", 200)]
    public async Task Jobs_are_stored_as_the_text_that_they_were(string json, int others)
    {
        await InsertAsync(1, [new StagedJob(3, "event", "invite", Bytes(json), "id-ü", DeadlineSeconds: 7), .. More(others)]);

        await using var db = _store.Read();
        var job = await db.Jobs.SingleAsync(row => row.Batch == _batch && row.Params == json);
        Assert.Equal((3, 1, null, "event", "invite", "id-ü", 7), (job.Index, job.AddedRev, job.RemovedRev, job.Namespace, job.Action, job.CustomId, job.DeadlineSeconds));
        Assert.Equal(json, Text(Assert.Single(await ReadLaneAsync(end: 10)).Params));
        Assert.Equal(1 + others, await db.Jobs.CountAsync(row => row.Batch == _batch));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData(null, 200)]
    [InlineData("", 200)]
    public async Task A_custom_id_that_is_empty_is_not_one_that_is_missing(string? customId, int others)
    {
        await InsertAsync(1, [new StagedJob(0, "event", "invite", Bytes("{}"), customId), .. More(others)]);

        await using var db = _store.Read();
        Assert.Equal(customId, (await db.Jobs.SingleAsync(row => row.Batch == _batch && row.Index == 0)).CustomId);
    }

    [Fact]
    public async Task Params_may_have_the_largest_size_that_is_allowed()
    {
        var json = $$"""{"x":"{{new string('ü', (Limits.ParamsBytes - 8) / 2)}}"}""";
        Assert.Equal(Limits.ParamsBytes, Bytes(json).Length);

        await InsertAsync(1, [Job(0, json)]);

        Assert.Equal(json, Text(Assert.Single(await ReadLaneAsync()).Params));
        Assert.Equal(json, Text(Assert.Single(await ReadJobsAsync(1, (0, 1))).Params));
    }

    [Fact]
    public async Task Nothing_is_a_valid_number_of_jobs()
    {
        await InsertAsync(1, []);

        Assert.Empty(await ReadLaneAsync());
        Assert.Empty(await ReadJobsAsync(1));
    }

    [Fact]
    public async Task A_lane_is_read_in_order_of_index_whatever_the_order_of_insertion()
    {
        await InsertAsync(1, [.. Enumerable.Range(0, 1000).Reverse().Select(index => Job(index))]);

        Assert.Equal(Enumerable.Range(10, 490), (await ReadLaneAsync(from: 10, end: 500)).Select(job => job.Index));
    }

    [Fact]
    public async Task A_lane_is_read_up_to_the_number_of_jobs_that_was_asked_for()
    {
        await InsertAsync(1, [.. Enumerable.Range(0, 20).Select(index => Job(index))]);

        Assert.Equal([5, 6, 7], (await ReadLaneAsync(from: 5, maxJobs: 3)).Select(job => job.Index));
    }

    [Fact]
    public async Task A_lane_holds_the_jobs_of_its_namespace_and_batch_only()
    {
        await InsertAsync(1, [Job(0), new StagedJob(1, "places", "lookup", Bytes("{}"), null), Job(2)]);
        await using (var unit = await _store.BeginAsync())
        {
            await _store.Bulk.InsertJobsAsync(unit.Db, StoreFixture.NextBatch(), 1, [Job(3)], default);
            await unit.CommitAsync();
        }

        Assert.Equal([0, 2], (await ReadLaneAsync()).Select(job => job.Index));
    }

    [Theory]
    [InlineData(29, 2)]
    [InlineData(30, 3)]
    [InlineData(31, 3)]
    public async Task A_lane_is_read_up_to_the_bytes_that_were_asked_for(int maxBytes, int expected)
    {
        await InsertAsync(1, [.. Enumerable.Range(0, 5).Select(index => Job(index, """{"x":"ü"}"""))]);

        Assert.Equal(expected, (await ReadLaneAsync(maxBytes: maxBytes)).Count);
    }

    [Fact]
    public async Task The_first_job_is_taken_whatever_its_size()
    {
        await InsertAsync(1, [Job(0, """{"long":"long"}"""), Job(1)]);

        Assert.Equal([0], (await ReadLaneAsync(maxBytes: 1)).Select(job => job.Index));
    }

    [Theory]
    [InlineData(1, new[] { 0, 1 })]
    [InlineData(2, new[] { 0, 1, 2 })]
    [InlineData(3, new[] { 0, 2 })]
    public async Task A_run_sees_the_jobs_of_its_revision(int revision, int[] expected)
    {
        await InsertAsync(1, [Job(0), Job(1)]);
        await InsertAsync(2, [Job(2)]);
        await RemoveAsync(1, removedRev: 3);
        await InsertAsync(4, [Job(3)]);

        Assert.Equal(expected, (await ReadLaneAsync(revision)).Select(job => job.Index));
        Assert.Equal(expected, (await ReadJobsAsync(revision, (0, 1), (1, 1), (2, 1), (3, 1))).Select(job => job.Index));
    }

    [Theory]
    [InlineData(1, """{"v":1}""")]
    [InlineData(2, """{"v":2}""")]
    public async Task An_edited_job_is_seen_as_it_was_in_the_revision(int revision, string expected)
    {
        await InsertAsync(1, [Job(0, """{"v":1}""")]);
        await RemoveAsync(0, removedRev: 2);
        await InsertAsync(2, [Job(0, """{"v":2}""")]);

        Assert.Equal(expected, Text(Assert.Single(await ReadLaneAsync(revision)).Params));
        Assert.Equal(expected, Text(Assert.Single(await ReadJobsAsync(revision, (0, 1))).Params));
    }

    [Fact]
    public async Task Listed_jobs_come_in_order_at_their_attempts_without_the_missing_ones()
    {
        await InsertAsync(1, [.. Enumerable.Range(0, 1000).Select(index => Job(index, $$"""{"n":{{index}}}"""))]);
        var wanted = Enumerable.Range(0, Limits.SliceJobs).Select(n => (Index: n * 3, Attempt: (n % 4) + 1)).ToArray();

        var jobs = await ReadJobsAsync(1, wanted);

        Assert.Equal(wanted.Where(job => job.Index < 1000), jobs.Select(job => (job.Index, job.Attempt)));
        Assert.All(jobs, job => Assert.Equal($$"""{"n":{{job.Index}}}""", Text(job.Params)));
    }

    [Fact]
    public async Task Jobs_of_a_lane_are_at_their_first_attempt_and_share_the_name_of_their_action()
    {
        await InsertAsync(1, [Job(0), Job(1)]);

        var jobs = await ReadLaneAsync();

        Assert.All(jobs, job => Assert.Equal(1, job.Attempt));
        Assert.Same(jobs[0].Action, jobs[1].Action);
    }

    [Fact]
    public async Task A_transaction_reads_what_it_inserted_and_nobody_else_does()
    {
        await using var unit = await _store.BeginAsync();
        await _store.Bulk.InsertJobsAsync(unit.Db, _batch, 1, [Job(0)], default);

        Assert.Single(await _store.Bulk.ReadLaneAsync(unit.Db, Range(), default));
        Assert.Empty(await ReadLaneAsync());
    }

    [Fact]
    public async Task What_is_not_committed_is_gone()
    {
        await using (var unit = await _store.BeginAsync())
        {
            await _store.Bulk.InsertJobsAsync(unit.Db, _batch, 1, [Job(0)], default);
        }

        Assert.Empty(await ReadLaneAsync());
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task A_job_that_is_there_already_is_refused(int others)
    {
        await InsertAsync(1, [Job(0)]);

        await Assert.ThrowsAsync<DbUpdateException>(() => InsertAsync(1, [Job(1), Job(0), .. More(others)]));

        Assert.Equal([0], (await ReadLaneAsync()).Select(job => job.Index));
    }

    [Fact]
    public async Task An_insert_without_a_transaction_is_refused()
    {
        await using var db = _store.Read();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.Bulk.InsertJobsAsync(db, _batch, 1, [Job(0)], default));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private static StagedJob Job(int index, string json = "{}") => new(index, "event", "invite", Bytes(json), null);

    private static IEnumerable<StagedJob> More(int count) => Enumerable.Range(10, count).Select(index => Job(index, """{"other":true}"""));

    private LaneRange Range(int revision = 1, int from = 0, int end = int.MaxValue, int maxJobs = 500, int maxBytes = Limits.SliceBytes) =>
        new(_batch, revision, "event", from, end, maxJobs, maxBytes);

    private async Task InsertAsync(int revision, IReadOnlyList<StagedJob> jobs)
    {
        await using var unit = await _store.BeginAsync();
        await _store.Bulk.InsertJobsAsync(unit.Db, _batch, revision, jobs, default);
        await unit.CommitAsync();
    }

    private async Task RemoveAsync(int index, int removedRev)
    {
        await using var unit = await _store.BeginAsync();
        await unit.Db.Jobs.Where(job => job.Batch == _batch && job.Index == index).ExecuteUpdateAsync(job => job.SetProperty(j => j.RemovedRev, removedRev));
        await unit.CommitAsync();
    }

    private async Task<IReadOnlyList<PackedJob>> ReadLaneAsync(int revision = 1, int from = 0, int end = int.MaxValue, int maxJobs = 500, int maxBytes = Limits.SliceBytes)
    {
        await using var db = _store.Read();
        return await _store.Bulk.ReadLaneAsync(db, Range(revision, from, end, maxJobs, maxBytes), default);
    }

    private async Task<IReadOnlyList<PackedJob>> ReadJobsAsync(int revision, params (int Index, int Attempt)[] jobs)
    {
        await using var db = _store.Read();
        return await _store.Bulk.ReadJobsAsync(db, _batch, revision, jobs, default);
    }
}

public sealed class SqliteJobBulkTests(SqliteFixture fixture) : JobBulkTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresJobBulkTests(PostgresFixture fixture) : JobBulkTests(fixture), IClassFixture<PostgresFixture>;
