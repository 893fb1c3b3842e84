using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests.Datasets;

public sealed class ExpansionCrashOnSqliteTests() : ExpansionCrashTests("Sqlite");

public sealed class ExpansionCrashOnPostgresTests() : ExpansionCrashTests("Postgres");

/// <summary>Expansions whose owner died somewhere in the middle, or whose end nobody knows.</summary>
public abstract class ExpansionCrashTests(string provider) : IAsyncLifetime
{
    private const int Rows = 6_000;
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() =>
        _app = await ApiApp.StartAsync(new() { ["Store:Provider"] = provider, ["Api:CommandSeconds"] = "2" }, _clock);

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Work_that_lost_its_owner_before_anything_was_staged_is_done_by_another()
    {
        var (batch, expansion) = await OrphanAsync(staged: 0);
        await EndAsync(expansion);
        await AddedOnceAsync(batch);
    }

    [Fact]
    public async Task What_was_staged_by_an_owner_that_died_is_removed_first()
    {
        var (batch, expansion) = await OrphanAsync(staged: 5_000);
        await EndAsync(expansion);
        await AddedOnceAsync(batch);
    }

    [Fact]
    public async Task Jobs_that_were_taken_in_before_the_owner_knew_are_not_added_again()
    {
        _app.Lifecycle.Silent = command => command is AcceptAppend { Append.Count: > 0 };
        var batch = await _app.Client.CreateAsync();
        var accepted = await _app.Client.ExpandAsync(batch, await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(Rows)), commit: true);

        await EndAsync(accepted.Id);

        await AddedOnceAsync(batch);
        Assert.Single(_app.Lifecycle.Commands, command => command is CommitBatch);
    }

    [Fact]
    public async Task Jobs_taken_in_are_not_added_again_even_when_the_clock_ends_the_append_and_the_lifecycle_forgot()
    {
        var (batch, expansion) = await OrphanAsync(staged: Rows);
        await _app.WriteAsync(db =>
        {
            var row = db.Batches.Single(each => each.CorrelationId == batch);
            (row.Revision, row.NextIndex, row.Total) = (1, Rows, Rows);
        });

        await EndAsync(expansion);

        await AddedOnceAsync(batch);
    }

    [Fact]
    public async Task Who_waited_for_another_that_was_ending_the_append_adds_nothing()
    {
        var (batch, expansion) = await OrphanAsync(staged: 0);
        var number = await _app.ReadAsync(db => db.Batches.Where(row => row.CorrelationId == batch).Select(row => row.Number).SingleAsync());
        await _app.WriteAsync(db => db.Appends.Add(new Append { Batch = number, Id = Guid.NewGuid(), BatchId = batch, LeaseUntil = DateTime.MaxValue }));
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.True(() => _app.ReadAsync(db => db.Expansions.AnyAsync(row => row.Id == expansion && row.LeaseUntil > _clock.GetUtcNow().UtcDateTime)));

        await _app.WriteAsync(db =>
        {
            db.Appends.Remove(db.Appends.Single());
            db.Expansions.Single().Taken = true;
        });

        Assert.Equal(ExpansionState.Completed, (await EndAsync(expansion)).State);
        Assert.Empty(await _app.JobsAsync(batch));
    }

    [Fact]
    public async Task A_command_that_never_arrived_is_sent_again_with_all_jobs()
    {
        var lost = 0;
        _app.Lifecycle.Lost = command => command is AcceptAppend { Append.Count: > 0 } && Interlocked.Increment(ref lost) == 1;
        var batch = await _app.Client.CreateAsync();
        var accepted = await _app.Client.ExpandAsync(batch, await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(Rows)));

        await EndAsync(accepted.Id);

        await AddedOnceAsync(batch);
    }

    [Fact]
    public async Task A_commit_whose_reply_was_lost_is_repeated_and_finds_its_work_done()
    {
        var lost = 0;
        _app.Lifecycle.Silent = command => command is CommitBatch && Interlocked.Increment(ref lost) == 1;
        var batch = await _app.Client.CreateAsync();
        var accepted = await _app.Client.ExpandAsync(batch, await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(3)), commit: true);

        Assert.Equal(ExpansionState.Completed, (await EndAsync(accepted.Id)).State);
        Assert.Equal(3, (await _app.JobsAsync(batch)).Count);
    }

    [Fact]
    public async Task A_batch_that_was_committed_before_the_crash_is_not_committed_twice()
    {
        var (batch, expansion) = await OrphanAsync(staged: 0, commit: true, taken: true);
        _app.Lifecycle.Refuse = command => command is CommitBatch ? FakeLifecycle.Refused(command, "BATCH_ALREADY_COMMITTED") : null;

        Assert.Equal(ExpansionState.Completed, (await EndAsync(expansion)).State);
        Assert.Empty(await _app.JobsAsync(batch));
    }

    [Fact]
    public async Task A_batch_deleted_in_the_middle_takes_its_expansions_with_it()
    {
        var (batch, expansion) = await OrphanAsync(staged: 100);
        var number = await _app.ReadAsync(db => db.Batches.Where(row => row.CorrelationId == batch).Select(row => row.Number).SingleAsync());
        await using (var unit = await _app.Store.BeginAsync())
        {
            unit.Owe(new BatchDeleted(batch, number, "default"));
            await unit.CommitAsync();
        }

        await Eventually.True(async () => !await _app.ReadAsync(db => db.Expansions.AnyAsync(row => row.Id == expansion)));
        await Eventually.Equal(0, async () => (await _app.JobsAsync(batch)).Count);
    }

    [Fact]
    public async Task A_content_is_kept_while_an_expansion_may_still_read_it()
    {
        var (batch, expansion) = await OrphanAsync(staged: 0, leaseSeconds: 60);
        var dataset = await _app.ReadAsync(db => db.Expansions.Where(row => row.Id == expansion).Select(row => row.Dataset).SingleAsync());
        await _app.Client.SendAsync(HttpMethod.Delete, $"/v1/datasets/{dataset}");

        await EndAsync(expansion);

        await AddedOnceAsync(batch);
        await Eventually.True(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            return await _app.StoredRowsAsync(dataset) == 0;
        });
    }

    private async Task<(Guid Batch, Guid Expansion)> OrphanAsync(int staged, bool commit = false, bool taken = false, int leaseSeconds = 1)
    {
        var batch = await _app.Client.CreateAsync();
        var dataset = await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(Rows));
        var (row, held) = await _app.ReadAsync(async db => (await db.Batches.SingleAsync(each => each.CorrelationId == batch), await db.Datasets.SingleAsync(each => each.Id == dataset)));
        var lease = _clock.GetUtcNow().UtcDateTime.AddSeconds(leaseSeconds);
        var left = new Expansion
        {
            Id = Guid.NewGuid(), BatchId = batch, Batch = row.Number, Dataset = dataset, Content = held.Content!.Value, Rows = Rows, State = ExpansionState.Expanding,
            Template = """{"namespace":"bench","action":"noop"}""", Commit = commit, Taken = taken, Owner = Guid.NewGuid(), LeaseUntil = lease, CreatedAt = lease,
        };
        await _app.WriteAsync(db =>
        {
            db.Expansions.Add(left);
            if (staged > 0)
            {
                db.Appends.Add(new Append { Batch = row.Number, Id = Guid.NewGuid(), BatchId = batch, Revision = 1, CommandId = Guid.NewGuid(), LeaseUntil = lease, Expansion = left.Id });
                db.Jobs.AddRange(Enumerable.Range(0, staged).Select(index => new Job { Batch = row.Number, Index = index, AddedRev = 1, Namespace = "bench", Action = "noop", Params = $$"""{"n":{{index + 1}}}""" }));
            }
        });
        return (batch, left.Id);
    }

    private async Task<Expansion> EndAsync(Guid id)
    {
        await Eventually.True(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            return await _app.ReadAsync(db => db.Expansions.AnyAsync(row => row.Id == id && row.EndedAt != null));
        });
        return await _app.ReadAsync(db => db.Expansions.SingleAsync(row => row.Id == id));
    }

    private async Task AddedOnceAsync(Guid batch)
    {
        var jobs = await _app.JobsAsync(batch);
        Assert.Equal(Enumerable.Range(1, Rows).Select(n => $$"""{"n":{{n}}}"""), jobs.Select(job => job.Params));
        Assert.Equal(Rows, await _app.ReadAsync(db => db.Batches.Where(row => row.CorrelationId == batch).Select(row => row.Total).SingleAsync()));
        Assert.False(await _app.ReadAsync(db => db.Appends.AnyAsync(append => append.BatchId == batch)));
    }
}
