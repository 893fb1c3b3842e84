using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Jobs that end without a worker: cancelled, or past their deadline. On SQLite and on PostgreSQL.</summary>
public abstract class UnrunJobsTests(string provider) : HostedTests(provider, new() { ["Orchestrator:ReconcileSeconds"] = "0.1" })
{
    [Fact]
    public async Task A_cancelled_job_fails_and_is_never_sent()
    {
        var id = await Host.CreateAsync(jobs: 5, commit: true);

        Assert.Null(await CancelAsync(id, 3));
        Assert.Equal(ErrorCodes.JobEnded, await CancelAsync(id, 3));
        await Host.AnnounceAsync(Worker);
        var seen = await Host.RunToEndAsync(id, Worker);

        Assert.Equal([0, 1, 2, 4], seen.Order());
        Assert.Equal((4, 1), await Host.CountsAsync(id));
        Assert.Equal([(3, ErrorCodes.JobCancelled)], await FailedAsync());
    }

    [Fact]
    public async Task Whole_slices_of_cancelled_jobs_are_passed_over()
    {
        var id = await Host.CreateAsync(jobs: 3, commit: true);
        Assert.Null(await CancelAsync(id, 0));
        Assert.Null(await CancelAsync(id, 1));
        Assert.Null(await CancelAsync(id, 2));

        await Host.EventuallyInAsync(id, BatchState.Finished);

        Assert.Equal((0, 3), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task What_a_worker_says_of_a_job_cancelled_meanwhile_is_dropped()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 4, commit: true);
        var slice = await Host.SliceAsync();
        await Host.HeartbeatAsync(Worker, slice.SliceId);

        Assert.Null(await CancelAsync(id, 1));
        await StoreInvariants.CheckAsync(Host.Store);
        await Host.ReportAsync(slice, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);

        Assert.Equal((3, 1), await Host.CountsAsync(id));
        Assert.Equal(0, await Host.LiveAsync());
    }

    [Fact]
    public async Task A_job_that_waits_for_a_retry_can_be_cancelled()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 1, retries: [new RetryLater(1, 2, DateTime.MaxValue.ToUniversalTime())]);
        await Eventually.Equal((1, 0), () => Host.CountsAsync(id));

        Assert.Null(await CancelAsync(id, 1));

        await Host.EventuallyInAsync(id, BatchState.Finished);
        await using var db = Host.Store.Read();
        Assert.False(await db.Retries.AnyAsync());
    }

    [Fact]
    public async Task Nothing_can_be_cancelled_before_the_commit_or_that_is_no_job()
    {
        var open = await Host.CreateAsync(jobs: 1);
        var committed = await Host.CreateAsync(jobs: 1, commit: true);

        Assert.Equal(ErrorCodes.BatchNotRunning, await CancelAsync(open, 0));
        Assert.Equal(ErrorCodes.JobEnded, await CancelAsync(committed, 1));
    }

    [Fact]
    public async Task Jobs_that_wait_past_the_deadline_fail_and_the_batch_finishes()
    {
        var id = await Host.CreateAsync(jobs: 2500, commit: true, new BatchSettings(DeadlineSeconds: 1));

        await Host.EventuallyInAsync(id, BatchState.Finished);

        Assert.Equal((0, 2500), await Host.CountsAsync(id));
        Assert.All(await FailedAsync(), failed => Assert.Equal(ErrorCodes.DeadlineExceeded, failed.Code));
    }

    [Fact]
    public async Task A_job_may_have_a_shorter_deadline_of_its_own()
    {
        var id = await Host.CreateAsync(jobs: 3, commit: true, jobDeadline: 1);
        await Eventually.Equal((0, 2), () => Host.CountsAsync(id));
        await Host.AnnounceAsync(Worker);

        Assert.Equal([2], await Host.RunToEndAsync(id, Worker));
        Assert.Equal([(0, ErrorCodes.DeadlineExceeded), (1, ErrorCodes.DeadlineExceeded)], await FailedAsync());
    }

    [Fact]
    public async Task A_pause_puts_every_deadline_off()
    {
        var id = await Host.CreateAsync(jobs: 2, commit: true, jobDeadline: 100);
        var before = await RunAsync();
        await Host.AskAsync(new PauseBatch(id, Guid.NewGuid(), Reason: null));
        await Eventually.True(async () => (await Host.BatchAsync(id)).PausedAt < TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(-50));
        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));

        var after = await RunAsync();
        Assert.Equal(before.DeadlinesFrom.AddSeconds(100), before.NextDeadline);
        Assert.Equal(after.DeadlinesFrom.AddSeconds(100), after.NextDeadline);
        Assert.InRange(after.Deadline - before.Deadline, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Assert.Equal(after.Deadline - before.Deadline, after.NextDeadline - before.NextDeadline);
    }

    [Fact]
    public async Task A_pause_before_the_run_puts_no_deadline_of_it_off()
    {
        var id = await Host.CreateAsync(jobs: 1);
        await Host.AskAsync(new PauseBatch(id, Guid.NewGuid(), Reason: null));
        await Host.AskAsync(new CommitBatch(id, Guid.NewGuid()));
        var paused = TimeSpan.FromDays(5);
        await using (var db = Host.Store.Read())
        {
            await db.Batches.ExecuteUpdateAsync(set => set.SetProperty(batch => batch.PausedAt, batch => batch.PausedAt!.Value.AddDays(-5)));
        }

        var before = await RunAsync();
        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));

        Assert.InRange((await RunAsync()).Deadline - before.Deadline, TimeSpan.Zero, paused / 2);
    }

    [Fact]
    public async Task A_job_that_failed_before_and_misses_its_deadline_tells_its_attempts()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 1, commit: true, new BatchSettings(DeadlineSeconds: 1));
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 0, retries: [new RetryLater(0, 3, DateTime.MaxValue.ToUniversalTime())]);

        await Host.EventuallyInAsync(id, BatchState.Finished);

        await using var db = Host.Store.Read();
        var outcome = await db.Outcomes.SingleAsync();
        Assert.Equal((ErrorCodes.DeadlineExceeded, 2), (outcome.ErrorCode, outcome.Attempts));
        Assert.Contains("next attempt", outcome.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_worker_has_late_jobs_they_are_not_looked_for_again_before_its_lease_would_end()
    {
        await Host.AnnounceAsync(Worker);
        await Host.CreateAsync(jobs: 2, commit: true, new BatchSettings(DeadlineSeconds: 1));
        var slice = await Host.SliceAsync();
        await Host.HeartbeatAsync(Worker, slice.SliceId);

        await Eventually.True(async () => (await RunAsync()).NextDeadline > slice.Deadline);

        Assert.InRange((await RunAsync()).NextDeadline - slice.Deadline, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2));
        await Host.ReportAsync(slice, Worker);
    }

    [Fact]
    public async Task A_deadline_missed_because_the_upstream_is_paused_says_so()
    {
        await (await Host.Bus.GetSendEndpoint(new Uri($"exchange:{Queues.Operations}"))).Send(new PauseUpstream("test", Paused: true, "broken"));
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true, new BatchSettings(DeadlineSeconds: 1));

        await Host.EventuallyInAsync(id, BatchState.Finished);

        Assert.Equal([(0, ErrorCodes.UpstreamClosed), (1, ErrorCodes.UpstreamClosed)], await FailedAsync());
    }

    [Fact]
    public async Task The_deadline_of_a_job_in_a_workers_hands_is_the_workers_to_tell()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true, new BatchSettings(DeadlineSeconds: 1));
        var slice = await Host.SliceAsync();
        await Host.HeartbeatAsync(Worker, slice.SliceId);

        await Eventually.True(() => Task.FromResult(slice.Deadline < TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(-300)));

        Assert.Equal((0, 0), await Host.CountsAsync(id));
        await Host.ReportAsync(slice, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal((2, 0), await Host.CountsAsync(id));
    }

    private async Task<Store.Tables.Run> RunAsync()
    {
        await using var db = Host.Store.Read();
        return await db.Runs.SingleAsync();
    }

    private Task<string?> CancelAsync(Guid id, int index) => Host.CancelAsync(id, index);

    private async Task<List<(int Index, string? Code)>> FailedAsync()
    {
        await using var db = Host.Store.Read();
        var failed = await db.Outcomes.Where(outcome => outcome.State == JobState.Failed).OrderBy(outcome => outcome.Index).ToListAsync();
        return failed.ConvertAll(outcome => (outcome.Index, outcome.ErrorCode));
    }
}

public sealed class UnrunJobsOnSqliteTests() : UnrunJobsTests("Sqlite");

public sealed class UnrunJobsOnPostgresTests() : UnrunJobsTests("Postgres");
