using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What stops, starts, retries, pauses and deletes mean for the jobs of a batch. On SQLite and on PostgreSQL.</summary>
public abstract class RunsTests(string provider) : HostedTests(provider, new() { ["Orchestrator:QuiesceSeconds"] = "600" })
{
    [Fact]
    public async Task A_stopped_batch_is_quiet_and_a_start_runs_only_what_has_no_outcome()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 500, commit: true);
        var slice = await Host.SliceAsync();
        await Host.HeartbeatAsync(Worker, slice.SliceId);
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        Assert.Equal(id, (await Host.ToldAsync<StopRun>()).BatchId);
        await Host.ReportAsync(slice, Worker, onlyFirst: 1);
        while (await Host.LiveAsync() > 0)
        {
            if (Host.Slices.Reader.TryRead(out var queued))
            {
                await Host.ReportAsync(queued, Worker, onlyFirst: 0);
            }
        }

        Assert.Equal((BatchState.Stopped, 1), await EndedAsync());
        Assert.Equal((1, 0), await Host.CountsAsync(id));
        await Host.AskAsync(new StartBatch(id, Guid.NewGuid()));
        var seen = await Host.RunToEndAsync(id, Worker);

        Assert.Equal(499, seen.Count);
        Assert.DoesNotContain(JobBlock.Unpack(slice.Jobs)[0].Index, seen);
        Assert.Equal((500, 0), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task A_last_report_that_overtakes_another_hands_none_of_its_jobs_back()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();
        Assert.Equal(2, JobBlock.Unpack(slice.Jobs).Count);

        await ReportAsync(slice, index: 1, last: true);
        await Eventually.Equal((1, 0), () => Host.CountsAsync(id));
        await ReportAsync(slice, index: 0, last: false);

        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.False(Host.Slices.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_failure_stops_a_batch_that_asked_for_it()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 500, commit: true, new BatchSettings(StopOnJobError: true));

        await Host.ReportAsync(await Host.SliceAsync(), Worker, completed: index => index != 0);

        await Host.EventuallyInAsync(id, BatchState.Stopped);
    }

    [Fact]
    public async Task Starting_a_stopped_run_that_has_every_outcome_finishes_it_at_once()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        await Host.ReportAsync(slice, Worker);
        await Eventually.Equal((2, 0), () => Host.CountsAsync(id));

        await Host.AskAsync(new StartBatch(id, Guid.NewGuid()));

        await Host.EventuallyInAsync(id, BatchState.Finished);
    }

    [Fact]
    public async Task Starting_a_recurring_batch_of_whose_stopped_run_nothing_is_left_runs_the_jobs_that_it_has_now()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 1, commit: true, recurring: true);
        var slice = await Host.SliceAsync();
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        await Host.ReportAsync(slice, Worker, completed: _ => false);
        await Eventually.Equal((0, 1), () => Host.CountsAsync(id));
        var append = await Host.StageAsync((await Host.BatchAsync(id)).Number, baseIndex: 1, revision: 2, jobs: 2);
        Assert.True((await Host.AskAsync(new AcceptAppend(id, Guid.NewGuid(), append))).Accepted);

        await Host.AskAsync(new StartBatch(id, Guid.NewGuid()));

        Assert.Equal([0, 1, 2], (await Host.RunToEndAsync(id, Worker)).Order());
        Assert.Equal(2, (await Host.BatchAsync(id)).Run);
    }

    [Fact]
    public async Task A_stopped_batch_that_is_started_anew_begins_a_run_of_all_jobs_and_leaves_what_the_last_had()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 3, commit: true);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 1);
        await Eventually.Equal((1, 0), () => Host.CountsAsync(id));
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        while (Host.Slices.Reader.TryRead(out _))
        {
        }

        await Host.AskAsync(new StartBatch(id, Guid.NewGuid(), Anew: true));

        Assert.Equal([0, 1, 2], (await Host.RunToEndAsync(id, Worker)).Order());
        Assert.Equal((1, 0), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task A_last_report_that_is_repeated_does_not_hand_back_what_the_worker_was_given_anew()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();
        var handedBack = new ReportOutcomes(slice.SliceId, slice.Number, slice.Run, Worker, Last: true, OutcomeBlock.Pack([]), [], Closing: null, BusySeconds: 0.01, HandedBack: 2);
        await Host.ReportAsync(handedBack);
        var anew = await Host.SliceAsync();
        Assert.Contains(anew.SliceId, await Host.HeartbeatAsync(Worker, anew.SliceId));

        await Host.ReportAsync(handedBack);
        await Host.ReportAsync(anew, Worker, onlyFirst: 1, last: false);
        await Eventually.Equal((1, 0), () => Host.CountsAsync(id));

        Assert.Contains(anew.SliceId, await Host.HeartbeatAsync(Worker, anew.SliceId));
        await Host.ReportAsync(anew, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.False(Host.Slices.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Retrying_the_failed_jobs_is_a_run_of_only_those()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 10, commit: true);
        await Host.RunToEndAsync(id, Worker, index => index % 3 != 0);

        Assert.True((await Host.AskAsync(new RetryFailedJobs(id, Guid.NewGuid()))).Accepted);
        var seen = await Host.RunToEndAsync(id, Worker);

        Assert.Equal([0, 3, 6, 9], seen.Order());
        await using var db = Host.Store.Read();
        var run = await db.Runs.SingleAsync(row => row.Number == 2);
        Assert.Equal((1, 4, 4, 0), (run.Root, run.Total, run.Completed, run.Failed));
    }

    [Theory]
    [InlineData(ErrorCodes.UpstreamStatus, null, null, new[] { 0, 6 })]
    [InlineData(ErrorCodes.UpstreamTimeout, "test", "call", new[] { 3, 9 })]
    [InlineData(null, "test", null, new[] { 0, 3, 6, 9 })]
    public async Task A_retry_of_some_failed_jobs_runs_those_and_keeps_the_outcomes_of_the_others(string? code, string? ns, string? action, int[] expected)
    {
        await Host.AnnounceAsync(Worker);
        var id = await FailedInTwoWaysAsync();

        Assert.True((await Host.AskAsync(new RetryFailedJobs(id, Guid.NewGuid(), Only: new RetryFilter(code, ns, action)))).Accepted);
        var seen = await Host.RunToEndAsync(id, Worker);

        Assert.Equal(expected, seen.Order());
        await using var db = Host.Store.Read();
        var run = await db.Runs.SingleAsync(row => row.Number == 2);
        Assert.Equal((1, 4, expected.Length, 4 - expected.Length, 4), (run.Root, run.Total, run.Completed, run.Failed, run.Seq));
        var kept = await db.Outcomes.Where(row => row.Run == 2 && row.State == JobState.Failed).OrderBy(row => row.Seq).ToListAsync();
        Assert.Equal(new[] { 0, 3, 6, 9 }.Except(expected), kept.Select(row => row.Index));
        var before = await db.Outcomes.Where(row => row.Run == 1).ToDictionaryAsync(row => row.Index);
        Assert.All(kept, row => Assert.Equal((before[row.Index].ErrorCode, before[row.Index].CompletedAt), (row.ErrorCode, row.CompletedAt)));
        Assert.Equal(kept.Select(row => row.ErrorCode).Distinct(), await db.Failures.Where(row => row.Run == 2).Select(row => row.Code).ToListAsync());
    }

    [Theory]
    [InlineData("NO_SUCH_CODE", null, null)]
    [InlineData(null, "other", null)]
    [InlineData(ErrorCodes.UpstreamStatus, "test", "other")]
    public async Task A_retry_of_none_of_the_failed_jobs_is_refused(string? code, string? ns, string? action)
    {
        await Host.AnnounceAsync(Worker);
        var id = await FailedInTwoWaysAsync();

        Assert.Equal(ErrorCodes.NothingToRetry, (await Host.AskAsync(new RetryFailedJobs(id, Guid.NewGuid(), Only: new RetryFilter(code, ns, action)))).Code);

        Assert.Equal((6, 4), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task Jobs_that_were_left_out_of_a_retry_can_be_retried_later()
    {
        await Host.AnnounceAsync(Worker);
        var id = await FailedInTwoWaysAsync();
        await Host.AskAsync(new RetryFailedJobs(id, Guid.NewGuid(), Only: new RetryFilter(ErrorCodes.UpstreamStatus)));
        await Host.RunToEndAsync(id, Worker);

        await Host.AskAsync(new RetryFailedJobs(id, Guid.NewGuid()));

        Assert.Equal([3, 9], (await Host.RunToEndAsync(id, Worker)).Order());
    }

    [Fact]
    public async Task The_codes_that_jobs_of_a_run_failed_with_are_noted_once_each()
    {
        await Host.AnnounceAsync(Worker);
        var id = await FailedInTwoWaysAsync();
        var number = (await Host.BatchAsync(id)).Number;

        await using var db = Host.Store.Read();
        var noted = await db.Failures.OrderBy(row => row.Code).ToListAsync();
        Assert.Equal(
            [(number, 1, ErrorCodes.UpstreamStatus, "default"), (number, 1, ErrorCodes.UpstreamTimeout, "default")],
            noted.Select(row => (row.Batch, row.Run, row.Code, row.Tenant)));
    }

    [Fact]
    public async Task A_job_is_cancelled_only_in_the_run_that_was_named()
    {
        var id = await Host.CreateAsync(jobs: 3, commit: true);
        var number = (await Host.BatchAsync(id)).Number;
        var client = Host.Bus.CreateRequestClient<CancelJob>(new Uri($"exchange:{Queues.Operations}"), TimeSpan.FromSeconds(20));

        Assert.Equal(ErrorCodes.JobEnded, (await client.GetResponse<JobReply>(new CancelJob(number, 1, Run: 2))).Message.Code);
        Assert.Null((await client.GetResponse<JobReply>(new CancelJob(number, 1, Run: 1))).Message.Code);
        Assert.Equal((0, 1), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task A_paused_batch_gets_no_slices_until_it_is_resumed()
    {
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        await Host.AskAsync(new PauseBatch(id, Guid.NewGuid(), "lunch"));
        await Host.AnnounceAsync(Worker);
        var other = await Host.CreateAsync(jobs: 1, commit: true);
        Assert.Equal(other, (await Host.SliceAsync()).BatchId);

        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));

        Assert.Equal(id, (await Host.SliceAsync()).BatchId);
    }

    [Fact]
    public async Task A_deleted_batch_leaves_no_rows_of_the_orchestrator_behind()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 5, commit: true);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 2, retries: [new RetryLater(3, 2, DateTime.MaxValue.ToUniversalTime())]);
        await Host.AskAsync(new DeleteBatch(id, Guid.NewGuid(), Force: true));

        await Eventually.True(async () =>
        {
            await using var db = Host.Store.Read();
            return !await db.Runs.AnyAsync() && !await db.Outcomes.AnyAsync() && !await db.Lanes.AnyAsync()
                && !await db.Slices.AnyAsync() && !await db.Retries.AnyAsync() && !await db.Failures.AnyAsync();
        });
    }

    // A report of one job of a slice, whose last report hands nothing back.
    private Task ReportAsync(RunSlice slice, int index, bool last)
    {
        var outcome = OutcomeBlock.Pack([OrchestratorHost.Ended(JobBlock.Unpack(slice.Jobs)[index], completed: true)]);
        return Host.ReportAsync(new ReportOutcomes(slice.SliceId, slice.Number, slice.Run, Worker, last, outcome, Retries: [], Closing: null, BusySeconds: 0.01, last ? 0 : null));
    }

    // Ten jobs: 0 and 6 failed one way, 3 and 9 another.
    private async Task<Guid> FailedInTwoWaysAsync()
    {
        var id = await Host.CreateAsync(jobs: 10, commit: true);
        await Host.RunToEndAsync(id, Worker, index => index % 3 != 0, index => index % 2 == 0 ? ErrorCodes.UpstreamStatus : ErrorCodes.UpstreamTimeout);
        return id;
    }

    private async Task<(BatchState State, int Epoch)> EndedAsync()
    {
        var ended = await Host.ToldAsync<BatchEnded>();
        return (ended.State, ended.Epoch);
    }
}

public sealed class RunsOnSqliteTests() : RunsTests("Sqlite");

public sealed class RunsOnPostgresTests() : RunsTests("Postgres");
