using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>How jobs move: cut, sent, taken, reported, handed back, lost, retried. On SQLite and on PostgreSQL.</summary>
public abstract class DispatchTests(string provider) : IAsyncLifetime
{
    private static readonly Guid Worker = Guid.NewGuid();
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await OrchestratorHost.StartAsync(provider, new() { ["Orchestrator:QuiesceSeconds"] = "600" }); // with leases that outlast each test
        await _host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1", Limits = new UpstreamLimits { Concurrency = 8 } });
    }

    public async Task DisposeAsync()
    {
        await StoreInvariants.CheckAsync(_host.Store);
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_committed_batch_travels_in_slices_and_finishes()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 300, commit: true);

        var seen = await _host.RunToEndAsync(id, Worker);

        Assert.Equal(Enumerable.Range(0, 300), seen.Order());
        await using var db = _host.Store.Read();
        Assert.Empty(await db.Slices.ToListAsync());
    }

    [Fact]
    public async Task Nothing_is_cut_before_a_worker_is_there()
    {
        await _host.CreateAsync(jobs: 3, commit: true);
        await using var db = _host.Store.Read();
        Assert.Empty(await db.Slices.ToListAsync());

        await _host.AnnounceAsync(Worker);

        Assert.Equal(3, JobBlock.Unpack((await _host.SliceAsync()).Jobs).Count);
    }

    [Fact]
    public async Task Waiting_slices_and_shares_stay_within_their_bounds()
    {
        await _host.AnnounceAsync(Worker, slots: 2);
        await _host.CreateAsync(jobs: 5000, commit: true);

        await _host.SliceAsync();
        await Eventually.True(async () => await _host.LiveAsync() >= 2);

        await using var db = _host.Store.Read();
        var live = await db.Slices.ToListAsync();
        Assert.InRange(live.Count, 1, 4);
        Assert.InRange(live.Sum(slice => slice.Concurrency), 1, 8);
    }

    [Fact]
    public async Task A_report_by_anybody_but_the_holder_changes_nothing()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 2, commit: true);
        var slice = await _host.SliceAsync();
        await _host.HeartbeatAsync(Worker, slice.SliceId);

        await _host.ReportAsync(slice, Guid.NewGuid(), completed: _ => false);
        await _host.ReportAsync(slice, Worker);
        await _host.EventuallyInAsync(id, BatchState.Finished);
        await _host.ReportAsync(slice, Worker, completed: _ => false);
        await _host.ReportAsync(slice, Guid.NewGuid(), completed: _ => false);

        Assert.Equal((2, 0), await _host.CountsAsync(id));
    }

    [Fact]
    public async Task Only_the_first_heartbeat_takes_a_slice()
    {
        await _host.AnnounceAsync(Worker);
        await _host.CreateAsync(jobs: 2, commit: true);
        var slice = await _host.SliceAsync();

        Assert.Equal([slice.SliceId], await _host.HeartbeatAsync(Worker, slice.SliceId));
        Assert.Empty(await _host.HeartbeatAsync(Guid.NewGuid(), slice.SliceId));
        Assert.Empty(await _host.HeartbeatAsync(Worker, Guid.NewGuid()));
    }

    [Fact]
    public async Task A_slice_that_is_taken_makes_the_batch_run()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 2, commit: true);
        var slice = await _host.SliceAsync();

        await _host.HeartbeatAsync(Worker, slice.SliceId);

        await _host.EventuallyInAsync(id, BatchState.Running);
    }

    [Fact]
    public async Task Jobs_that_are_handed_back_are_sent_again_and_must_be_asked_for()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 4, commit: true);
        await _host.ReportAsync(await _host.SliceAsync(), Worker, onlyFirst: 1);

        var again = await _host.SliceAsync();

        Assert.True(again.MustAsk);
        Assert.Equal([1, 2, 3], JobBlock.Unpack(again.Jobs).Select(job => job.Index));
        await _host.ReportAsync(again, Worker);
        await _host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task What_is_left_of_a_slice_has_another_id_so_that_the_message_of_the_whole_is_nobodys()
    {
        await _host.AnnounceAsync(Worker);
        await _host.CreateAsync(jobs: 4, commit: true);
        var whole = await _host.SliceAsync();
        await _host.ReportAsync(whole, Worker, onlyFirst: 1);
        var rest = await _host.SliceAsync();

        Assert.NotEqual(whole.SliceId, rest.SliceId);
        Assert.Empty(await _host.HeartbeatAsync(Guid.NewGuid(), whole.SliceId));
        Assert.Equal([rest.SliceId], await _host.HeartbeatAsync(Worker, rest.SliceId));
    }

    [Fact]
    public async Task A_job_to_be_retried_waits_and_comes_again_with_its_next_attempt()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 3, commit: true);
        var due = DateTime.SpecifyKind(TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200), DateTimeKind.Utc);
        await _host.ReportAsync(await _host.SliceAsync(), Worker, onlyFirst: 2, retries: [new RetryLater(2, 2, due)]);

        var again = await _host.SliceAsync();

        Assert.True(TimeProvider.System.GetUtcNow().UtcDateTime >= due);
        var job = Assert.Single(JobBlock.Unpack(again.Jobs));
        Assert.Equal((2, 2), (job.Index, job.Attempt));
        await _host.ReportAsync(again, Worker);
        await _host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task A_job_that_is_tried_again_in_another_slice_is_not_sent_again_with_the_rest_of_its_first()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 3, commit: true);
        var first = await _host.SliceAsync();
        await _host.ReportAsync(first, Worker, onlyFirst: 0, last: false, retries: [new RetryLater(0, 2, DateTime.UnixEpoch)]);
        var second = await _host.SliceAsync();

        await StoreInvariants.CheckAsync(_host.Store);
        await _host.ReportAsync(first, Worker, onlyFirst: 0);
        var third = await _host.SliceAsync();

        Assert.Equal([(0, 2)], JobBlock.Unpack(second.Jobs).Select(job => (job.Index, job.Attempt)));
        Assert.Equal([1, 2], JobBlock.Unpack(third.Jobs).Select(job => job.Index));
        await _host.ReportAsync(second, Worker);
        await _host.ReportAsync(third, Worker);
        await _host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task A_job_that_is_cancelled_while_it_waits_to_be_tried_again_leaves_its_first_slice_as_it_is()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 2, commit: true);
        var slice = await _host.SliceAsync();
        await _host.ReportAsync(slice, Worker, onlyFirst: 0, last: false, retries: [new RetryLater(0, 2, DateTime.UnixEpoch.AddYears(200))]);
        await Eventually.True(async () =>
        {
            await using var db = _host.Store.Read();
            return await db.Retries.AnyAsync();
        });
        var client = _host.Bus.CreateRequestClient<CancelJob>(new Uri($"exchange:{Queues.Operations}"));
        await client.GetResponse<JobReply>(new CancelJob(slice.Number, 0));

        await _host.ReportAsync(slice, Worker);

        await _host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal((1, 1), await _host.CountsAsync(id));
    }

    [Fact]
    public async Task A_closed_upstream_gets_no_slices_until_it_opens()
    {
        await _host.AnnounceAsync(Worker);
        var id = await _host.CreateAsync(jobs: 2, commit: true);
        var until = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300);
        await _host.ReportAsync(await _host.SliceAsync(), Worker, onlyFirst: 0, closing: new UpstreamClosing(until));

        var again = await _host.SliceAsync();

        Assert.True(TimeProvider.System.GetUtcNow().UtcDateTime >= until);
        await _host.ReportAsync(again, Worker);
        await _host.EventuallyInAsync(id, BatchState.Finished);
    }
}

public sealed class DispatchOnSqliteTests() : DispatchTests("Sqlite");

public sealed class DispatchOnPostgresTests() : DispatchTests("Postgres");
