using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

public sealed class RecurringOnSqliteTests() : RecurringTests("Sqlite");

public sealed class RecurringOnPostgresTests() : RecurringTests("Postgres");

/// <summary>Jobs of recurring batches that come and go between runs, and what later runs make of them.</summary>
public abstract class RecurringTests(string provider) : IAsyncLifetime
{
    private readonly Guid _worker = Guid.NewGuid();
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync(provider);

    public async Task DisposeAsync()
    {
        await StoreInvariants.CheckAsync(_host.Store);
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(BatchState.Created, true, null)]
    [InlineData(BatchState.Committed, true, ErrorCodes.BatchRunning)]
    [InlineData(BatchState.Running, true, ErrorCodes.BatchRunning)]
    [InlineData(BatchState.Stopped, true, null)]
    [InlineData(BatchState.Created, false, ErrorCodes.NotRecurring)]
    [InlineData(BatchState.Committed, false, ErrorCodes.NotRecurring)]
    [InlineData(BatchState.Running, false, ErrorCodes.NotRecurring)]
    [InlineData(BatchState.Stopped, false, ErrorCodes.NotRecurring)]
    public async Task Jobs_are_changed_only_while_a_recurring_batch_is_at_rest(BatchState state, bool recurring, string? refusal)
    {
        var id = await _host.BatchInAsync(state, recurring);

        var reply = await RemoveAsync(id, 0);

        Assert.Equal((refusal, refusal is null ? 1 : 2), (reply.Code, reply.Total));
    }

    [Fact]
    public async Task The_batch_counts_its_jobs_by_namespace_and_never_gives_an_index_again()
    {
        var id = await _host.CreateAsync(jobs: 3, recurring: true);

        await EditAsync(id, 0, "other");
        Assert.Equal([new LaneCount("test", 0, 2), new LaneCount("other", 0, 1)], (await _host.BatchAsync(id)).Lanes);
        await RemoveAsync(id, 0);
        Assert.Equal([new LaneCount("test", 0, 2)], (await _host.BatchAsync(id)).Lanes);
        await RemoveAsync(id, 1, 2);

        var batch = await _host.BatchAsync(id);
        Assert.Equal((0, 3, 4), (batch.Total, batch.NextIndex, batch.Revision));
        Assert.Empty(batch.Lanes);
        Assert.Equal(ErrorCodes.InvalidJobsCount, (await _host.AskAsync(new CommitBatch(id, Guid.NewGuid()))).Code);
    }

    [Fact]
    public async Task Each_run_has_the_jobs_that_there_were_when_it_began()
    {
        var id = await _host.CreateAsync(jobs: 5, commit: true, recurring: true);
        Assert.Equal([0, 1, 2, 3, 4], (await _host.RunToEndAsync(id, _worker)).Order());

        await RemoveAsync(id, 0, 3);
        await EditAsync(id, 1, "test");
        Assert.True((await _host.GiveAsync(id, "append")).Accepted);
        Assert.True((await _host.GiveAsync(id, "start")).Accepted);

        Assert.Equal([1, 2, 4, 5, 6], (await _host.RunToEndAsync(id, _worker)).Order());
        await using var db = _host.Store.Read();
        Assert.Equal([(1, 1, 5, 5), (2, 4, 5, 5)], (await db.Runs.OrderBy(run => run.Number).ToListAsync()).Select(run => (run.Number, run.Revision, run.Total, run.Completed)));
    }

    [Fact]
    public async Task A_canary_counts_jobs_not_the_gaps_between_them()
    {
        var id = await _host.CreateAsync(jobs: 6, recurring: true, options: new BatchSettings(CanaryJobs: 2));
        await RemoveAsync(id, 0, 1, 3);
        Assert.True((await _host.GiveAsync(id, "commit")).Accepted);

        await _host.AnnounceAsync(_worker);
        var seen = new List<int>();
        while (!(await _host.BatchAsync(id)).Paused)
        {
            if (_host.Slices.Reader.TryRead(out var slice))
            {
                seen.AddRange(JobBlock.Unpack(slice.Jobs).Select(job => job.Index));
                await _host.ReportAsync(slice, _worker);
            }

            await _host.AnnounceAsync(_worker);
        }

        Assert.Equal([2, 4], seen.Order());
        Assert.True((await _host.GiveAsync(id, "resume")).Accepted);
        Assert.Equal([5], await _host.RunToEndAsync(id, _worker));
    }

    [Fact]
    public async Task Failed_jobs_are_retried_as_they_were_also_when_their_namespace_has_no_jobs_any_more()
    {
        var id = await _host.CreateAsync(jobs: 3, commit: true, recurring: true);
        await _host.RunToEndAsync(id, _worker, index => index != 1);
        await RemoveAsync(id, 0, 1, 2);

        Assert.True((await _host.GiveAsync(id, "retry")).Accepted);

        Assert.Equal([1], await _host.RunToEndAsync(id, _worker));
    }

    [Fact]
    public async Task A_stopped_run_is_resumed_with_the_jobs_that_it_began_with()
    {
        var id = await _host.CreateAsync(jobs: 2, commit: true, recurring: true);
        Assert.True((await _host.GiveAsync(id, "stop")).Accepted);
        await RemoveAsync(id, 0);

        Assert.True((await _host.GiveAsync(id, "start")).Accepted);

        Assert.Equal([0, 1], (await _host.RunToEndAsync(id, _worker)).Order());
    }

    private Task<CommandReply> RemoveAsync(Guid id, params int[] indexes) => ChangeAsync(id, indexes, replacement: null);

    private Task<CommandReply> EditAsync(Guid id, int index, string ns) => ChangeAsync(id, [index], ns);

    // As api does.
    private async Task<CommandReply> ChangeAsync(Guid id, int[] indexes, string? replacement)
    {
        var batch = await _host.BatchAsync(id);
        var revision = batch.Revision + 1;
        var removed = new List<LaneCount>();
        await using (var unit = await _host.Store.BeginAsync())
        {
            var seen = unit.Db.Jobs.Where(job => job.Batch == batch.Number && indexes.Contains(job.Index) && job.RemovedRev == null);
            removed.AddRange((await seen.ToListAsync()).Select(job => new LaneCount(job.Namespace, job.Index, 1)));
            unit.Db.ChangeTracker.Clear();
            await seen.ExecuteUpdateAsync(set => set.SetProperty(job => job.RemovedRev, revision));
            if (replacement is not null)
            {
                await _host.Store.Bulk.InsertJobsAsync(
                    unit.Db, batch.Number, revision, [new StagedJob(indexes[0], replacement, "call", Encoding.UTF8.GetBytes("{}"), CustomId: null)], default);
            }

            await unit.CommitAsync();
        }

        IReadOnlyList<LaneCount> added = replacement is null ? [] : [new LaneCount(replacement, indexes[0], 1)];
        return await _host.AskAsync(new AcceptAppend(id, Guid.NewGuid(), new StagedAppend(Guid.NewGuid(), batch.NextIndex, revision, Count: 0, added, Removed: removed)));
    }
}
