using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>How jobs move: cut, sent, taken, reported, handed back, lost, retried. On SQLite and on PostgreSQL.</summary>
public abstract class DispatchTests(string provider) : HostedTests(provider, new() { ["Orchestrator:QuiesceSeconds"] = "600" })
{
    [Fact]
    public async Task A_committed_batch_travels_in_slices_and_finishes()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 300, commit: true);

        var seen = await Host.RunToEndAsync(id, Worker);

        Assert.Equal(Enumerable.Range(0, 300), seen.Order());
        await using var db = Host.Store.Read();
        Assert.Empty(await db.Slices.ToListAsync());
    }

    [Fact]
    public async Task Nothing_is_cut_before_a_worker_is_there()
    {
        await Host.CreateAsync(jobs: 3, commit: true);
        await using var db = Host.Store.Read();
        Assert.Empty(await db.Slices.ToListAsync());

        await Host.AnnounceAsync(Worker);

        Assert.Equal(3, JobBlock.Unpack((await Host.SliceAsync()).Jobs).Count);
    }

    [Fact]
    public async Task Waiting_slices_and_shares_stay_within_their_bounds()
    {
        await Host.AnnounceAsync(Worker, slots: 2);
        await Host.CreateAsync(jobs: 5000, commit: true);

        await Host.SliceAsync();
        await Eventually.True(async () => await Host.LiveAsync() >= 2);

        await using var db = Host.Store.Read();
        var live = await db.Slices.ToListAsync();
        Assert.InRange(live.Count, 1, 4);
        Assert.InRange(live.Sum(slice => slice.Concurrency), 1, 8);
    }

    [Fact]
    public async Task A_report_by_anybody_but_the_holder_changes_nothing()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();
        await Host.HeartbeatAsync(Worker, slice.SliceId);

        await Host.ReportAsync(slice, Guid.NewGuid(), completed: _ => false);
        await Host.ReportAsync(slice, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
        await Host.ReportAsync(slice, Worker, completed: _ => false);
        await Host.ReportAsync(slice, Guid.NewGuid(), completed: _ => false);

        Assert.Equal((2, 0), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task Only_the_first_heartbeat_takes_a_slice()
    {
        await Host.AnnounceAsync(Worker);
        await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();

        Assert.Equal([slice.SliceId], await Host.HeartbeatAsync(Worker, slice.SliceId));
        Assert.Empty(await Host.HeartbeatAsync(Guid.NewGuid(), slice.SliceId));
        Assert.Empty(await Host.HeartbeatAsync(Worker, Guid.NewGuid()));
    }

    [Fact]
    public async Task A_slice_that_is_taken_makes_the_batch_run()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();

        await Host.HeartbeatAsync(Worker, slice.SliceId);

        await Host.EventuallyInAsync(id, BatchState.Running);
    }

    [Fact]
    public async Task Jobs_that_are_handed_back_are_sent_again_and_must_be_asked_for()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 4, commit: true);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 1);

        var again = await Host.SliceAsync();

        Assert.True(again.MustAsk);
        Assert.Equal([1, 2, 3], JobBlock.Unpack(again.Jobs).Select(job => job.Index));
        await Host.ReportAsync(again, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task What_is_left_of_a_slice_has_another_id_so_that_the_message_of_the_whole_is_nobodys()
    {
        await Host.AnnounceAsync(Worker);
        await Host.CreateAsync(jobs: 4, commit: true);
        var whole = await Host.SliceAsync();
        await Host.ReportAsync(whole, Worker, onlyFirst: 1);
        var rest = await Host.SliceAsync();

        Assert.NotEqual(whole.SliceId, rest.SliceId);
        Assert.Empty(await Host.HeartbeatAsync(Guid.NewGuid(), whole.SliceId));
        Assert.Equal([rest.SliceId], await Host.HeartbeatAsync(Worker, rest.SliceId));
    }

    [Fact]
    public async Task A_job_to_be_retried_waits_and_comes_again_with_its_next_attempt()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 3, commit: true);
        var due = DateTime.SpecifyKind(TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200), DateTimeKind.Utc);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 2, retries: [new RetryLater(2, 2, due)]);

        var again = await Host.SliceAsync();

        Assert.True(TimeProvider.System.GetUtcNow().UtcDateTime >= due);
        var job = Assert.Single(JobBlock.Unpack(again.Jobs));
        Assert.Equal((2, 2), (job.Index, job.Attempt));
        await Host.ReportAsync(again, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task A_job_that_is_tried_again_in_another_slice_is_not_sent_again_with_the_rest_of_its_first()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 3, commit: true);
        var first = await Host.SliceAsync();
        await Host.ReportAsync(first, Worker, onlyFirst: 0, last: false, retries: [new RetryLater(0, 2, DateTime.UnixEpoch)]);
        var second = await Host.SliceAsync();

        await StoreInvariants.CheckAsync(Host.Store);
        await Host.ReportAsync(first, Worker, onlyFirst: 0);
        var third = await Host.SliceAsync();

        Assert.Equal([(0, 2)], JobBlock.Unpack(second.Jobs).Select(job => (job.Index, job.Attempt)));
        Assert.Equal([1, 2], JobBlock.Unpack(third.Jobs).Select(job => job.Index));
        await Host.ReportAsync(second, Worker);
        await Host.ReportAsync(third, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task A_job_that_is_cancelled_while_it_waits_to_be_tried_again_leaves_its_first_slice_as_it_is()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();
        await Host.ReportAsync(slice, Worker, onlyFirst: 0, last: false, retries: [new RetryLater(0, 2, DateTime.UnixEpoch.AddYears(200))]);
        await Eventually.True(async () =>
        {
            await using var db = Host.Store.Read();
            return await db.Retries.AnyAsync();
        });
        var client = Host.Bus.CreateRequestClient<CancelJob>(new Uri($"exchange:{Queues.Operations}"));
        await client.GetResponse<JobReply>(new CancelJob(slice.Number, 0));

        await Host.ReportAsync(slice, Worker);

        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal((1, 1), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task A_closed_upstream_gets_no_slices_until_it_opens()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var until = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 0, closing: new UpstreamClosing(until));

        var again = await Host.SliceAsync();

        Assert.True(TimeProvider.System.GetUtcNow().UtcDateTime >= until);
        await Host.ReportAsync(again, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
    }
}

public sealed class DispatchOnSqliteTests() : DispatchTests("Sqlite");

public sealed class DispatchOnPostgresTests() : DispatchTests("Postgres");
