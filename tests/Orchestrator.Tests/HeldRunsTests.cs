using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Runs that wait for approval or stop by themselves: canaries and failure budgets. On SQLite and on PostgreSQL.</summary>
// The failures that spend a budget must not open the circuit breaker as well.
public abstract class HeldRunsTests(string provider) : HostedTests(provider, new() { ["Orchestrator:BreakerCalls"] = "1000" })
{
    [Fact]
    public async Task A_canary_runs_the_first_jobs_then_waits_for_approval()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 50, commit: true, new BatchSettings(CanaryJobs: 3));

        var slice = await Host.SliceAsync();
        await Host.ReportAsync(slice, Worker);

        Assert.Equal([0, 1, 2], JobBlock.Unpack(slice.Jobs).Select(job => job.Index));
        await EventuallyPausedAsync(id, PauseReasons.Canary);
        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));
        Assert.Equal(Enumerable.Range(3, 47), (await Host.RunToEndAsync(id, Worker)).Order());
    }

    [Fact]
    public async Task A_stopped_run_whose_canary_is_done_waits_for_approval_again_as_soon_as_it_is_started()
    {
        await using var host = await OrchestratorHost.StartAsync(Provider, new() { ["Orchestrator:ReconcileSeconds"] = "600" });
        await host.AnnounceAsync(Worker);
        var id = await host.CreateAsync(jobs: 5, commit: true, new BatchSettings(StopOnJobError: true, CanaryJobs: 2));
        await host.ReportAsync(await host.SliceAsync(), Worker, completed: _ => false);
        await host.EventuallyInAsync(id, BatchState.Stopped);

        await host.AskAsync(new StartBatch(id, Guid.NewGuid()));

        await Eventually.Equal(PauseReasons.Canary, async () => (await host.BatchAsync(id)).PauseReason);
    }

    [Fact]
    public async Task What_is_left_of_a_canary_that_cancelled_jobs_made_up_waits_with_the_rest()
    {
        var id = await Host.CreateAsync(jobs: 6, commit: true, new BatchSettings(CanaryJobs: 3));
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        foreach (var index in new[] { 3, 4, 5 })
        {
            Assert.Null(await Host.CancelAsync(id, index));
        }

        await Host.AnnounceAsync(Worker);
        await Host.AskAsync(new StartBatch(id, Guid.NewGuid()));
        await EventuallyPausedAsync(id, PauseReasons.Canary);
        Assert.False(Host.Slices.Reader.TryRead(out _));

        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));
        Assert.Equal([0, 1, 2], (await Host.RunToEndAsync(id, Worker)).Order());
    }

    [Fact]
    public async Task A_canary_as_large_as_the_batch_is_none()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 3, commit: true, new BatchSettings(CanaryJobs: 3));

        await Host.RunToEndAsync(id, Worker);

        Assert.False((await Host.BatchAsync(id)).Paused);
    }

    [Fact]
    public async Task A_spent_budget_stops_the_batch_and_a_start_counts_anew()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 200, commit: true, new BatchSettings(FailureBudget: new FailureBudget(0.5, Minimum: 4)));

        await Host.ReportAsync(await Host.SliceAsync(), Worker, completed: index => index % 2 == 0);
        await Host.EventuallyInAsync(id, BatchState.Stopped);

        await Host.AskAsync(new StartBatch(id, Guid.NewGuid()));
        await Host.RunToEndAsync(id, Worker);
        Assert.Equal(200, (await Host.CountsAsync(id)) is var (completed, failed) ? completed + failed : 0);
    }

    [Fact]
    public async Task A_budget_that_a_completed_job_spends_stops_the_batch_also_when_its_canary_is_done_by_it()
    {
        await using var host = await OrchestratorHost.StartAsync(Provider, new() { ["Orchestrator:ReconcileSeconds"] = "600" });
        await host.AnnounceAsync(Worker, slots: 1);
        var id = await host.CreateAsync(jobs: 4, commit: true, new BatchSettings(CanaryJobs: 2, FailureBudget: new FailureBudget(0.5, Minimum: 2)));
        var slice = await host.SliceAsync();

        await host.ReportAsync(slice, Worker, completed: _ => false, onlyFirst: 1);
        await host.ReportAsync(await host.SliceAsync(), Worker);

        await host.EventuallyInAsync(id, BatchState.Stopped);
        Assert.Equal((1, 1), await host.CountsAsync(id));
    }

    [Fact]
    public async Task A_spent_budget_pauses_a_batch_that_asked_for_that()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 200, commit: true, new BatchSettings(FailureBudget: new FailureBudget(0.5, Minimum: 4, BudgetSpent.Pause)));

        await Host.ReportAsync(await Host.SliceAsync(), Worker, completed: _ => false);
        await EventuallyPausedAsync(id, PauseReasons.FailureBudget);

        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));
        await Host.RunToEndAsync(id, Worker);
        Assert.Null((await Host.BatchAsync(id)).PauseReason);
    }

    [Fact]
    public async Task A_budget_spent_by_the_last_jobs_holds_neither_the_end_nor_the_retry()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 4, commit: true, new BatchSettings(FailureBudget: new FailureBudget(0.5, Minimum: 1, BudgetSpent.Pause)));
        var slice = await Host.SliceAsync();
        await Host.ReportAsync(slice, Worker, completed: _ => false, onlyFirst: 1, last: false);
        await EventuallyPausedAsync(id, PauseReasons.FailureBudget);

        await Host.ReportAsync(slice, Worker);
        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.False((await Host.BatchAsync(id)).Paused);

        await Host.AskAsync(new RetryFailedJobs(id, Guid.NewGuid()));
        Assert.Equal([0], await Host.RunToEndAsync(id, Worker));
    }

    [Fact]
    public async Task A_new_run_has_a_canary_of_its_own_and_not_the_pause_of_the_last()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 5, commit: true, new BatchSettings(CanaryJobs: 2), recurring: true);
        await Host.ReportAsync(await Host.SliceAsync(), Worker);
        await EventuallyPausedAsync(id, PauseReasons.Canary);
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));

        Assert.True((await Host.AskAsync(new StartBatch(id, Guid.NewGuid(), Anew: true))).Accepted);

        var slice = await Host.SliceAsync();
        Assert.Equal(2, slice.Run);
        Assert.Equal([0, 1], JobBlock.Unpack(slice.Jobs).Select(job => job.Index));
    }

    [Fact]
    public async Task A_start_reads_how_many_jobs_the_canary_has_unless_it_was_approved()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 5, commit: true, new BatchSettings(CanaryJobs: 2));
        await Host.ReportAsync(await Host.SliceAsync(), Worker);
        await EventuallyPausedAsync(id, PauseReasons.Canary);
        await Host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        await Host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), """{"options":{"canary_jobs":0}}"""));

        await Host.AskAsync(new StartBatch(id, Guid.NewGuid()));

        Assert.Equal([2, 3, 4], (await Host.RunToEndAsync(id, Worker)).Order());
    }

    [Fact]
    public async Task Whoever_ends_a_pause_of_his_own_does_not_approve_a_canary_that_was_done_meanwhile()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 5, commit: true, new BatchSettings(CanaryJobs: 2));
        var slice = await Host.SliceAsync();
        await Host.AskAsync(new PauseBatch(id, Guid.NewGuid(), "maintenance"));
        await Host.ReportAsync(slice, Worker);
        await Eventually.Equal((2, 0), () => Host.CountsAsync(id));

        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));
        await EventuallyPausedAsync(id, PauseReasons.Canary);
        Assert.False(Host.Slices.Reader.TryRead(out _));

        await Host.AskAsync(new ResumeBatch(id, Guid.NewGuid()));
        Assert.Equal([2, 3, 4], (await Host.RunToEndAsync(id, Worker)).Order());
    }

    [Fact]
    public async Task Failures_within_the_budget_change_nothing()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 100, commit: true, new BatchSettings(FailureBudget: new FailureBudget(0.5, Minimum: 4)));

        await Host.RunToEndAsync(id, Worker, index => index % 3 != 0);

        Assert.Equal((66, 34), await Host.CountsAsync(id));
    }

    private Task EventuallyPausedAsync(Guid id, string reason) =>
        Eventually.Equal(reason, async () => (await Host.BatchAsync(id)).PauseReason);
}

public sealed class HeldRunsOnSqliteTests() : HeldRunsTests("Sqlite");

public sealed class HeldRunsOnPostgresTests() : HeldRunsTests("Postgres");
