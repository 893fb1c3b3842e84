using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>The design's lifecycle table: one test for each arrow and each refusal. No worker is there, so nothing moves by itself.</summary>
public sealed class LifecycleTests : IAsyncLifetime
{
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData(BatchState.Created, "append", null, BatchState.Created)]
    [InlineData(BatchState.Committed, "append", ErrorCodes.BatchAlreadyCommitted, BatchState.Committed)]
    [InlineData(BatchState.Running, "append", ErrorCodes.BatchAlreadyCommitted, BatchState.Running)]
    [InlineData(BatchState.Stopped, "append", ErrorCodes.BatchAlreadyCommitted, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "append", ErrorCodes.BatchAlreadyCommitted, BatchState.Finished)]
    [InlineData(BatchState.Created, "update", null, BatchState.Created)]
    [InlineData(BatchState.Committed, "update", ErrorCodes.BatchRunning, BatchState.Committed)]
    [InlineData(BatchState.Running, "update", ErrorCodes.BatchRunning, BatchState.Running)]
    [InlineData(BatchState.Stopped, "update", null, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "update", null, BatchState.Finished)]
    [InlineData(BatchState.Created, "update document", null, BatchState.Created)]
    [InlineData(BatchState.Committed, "update document", null, BatchState.Committed)]
    [InlineData(BatchState.Running, "update document", null, BatchState.Running)]
    [InlineData(BatchState.Created, "commit", null, BatchState.Committed)]
    [InlineData(BatchState.Committed, "commit", ErrorCodes.BatchAlreadyCommitted, BatchState.Committed)]
    [InlineData(BatchState.Running, "commit", ErrorCodes.BatchAlreadyCommitted, BatchState.Running)]
    [InlineData(BatchState.Stopped, "commit", ErrorCodes.BatchAlreadyCommitted, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "commit", ErrorCodes.BatchAlreadyCommitted, BatchState.Finished)]
    [InlineData(BatchState.Created, "start", null, BatchState.Committed)]
    [InlineData(BatchState.Committed, "start", ErrorCodes.BatchRunning, BatchState.Committed)]
    [InlineData(BatchState.Running, "start", ErrorCodes.BatchRunning, BatchState.Running)]
    [InlineData(BatchState.Stopped, "start", null, BatchState.Committed)]
    [InlineData(BatchState.Finished, "start", null, BatchState.Committed)]
    [InlineData(BatchState.Created, "stop", ErrorCodes.BatchNotRunning, BatchState.Created)]
    [InlineData(BatchState.Committed, "stop", null, BatchState.Stopped)]
    [InlineData(BatchState.Running, "stop", null, BatchState.Stopped)]
    [InlineData(BatchState.Stopped, "stop", null, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "stop", ErrorCodes.BatchNotRunning, BatchState.Finished)]
    [InlineData(BatchState.Created, "retry", ErrorCodes.RunUnfinished, BatchState.Created)]
    [InlineData(BatchState.Committed, "retry", ErrorCodes.BatchRunning, BatchState.Committed)]
    [InlineData(BatchState.Running, "retry", ErrorCodes.BatchRunning, BatchState.Running)]
    [InlineData(BatchState.Stopped, "retry", ErrorCodes.RunUnfinished, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "retry", ErrorCodes.NothingToRetry, BatchState.Finished)]
    [InlineData(BatchState.Created, "pause", null, BatchState.Created)]
    [InlineData(BatchState.Committed, "pause", null, BatchState.Committed)]
    [InlineData(BatchState.Running, "pause", null, BatchState.Running)]
    [InlineData(BatchState.Stopped, "pause", null, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "pause", null, BatchState.Finished)]
    [InlineData(BatchState.Created, "resume", null, BatchState.Created)]
    [InlineData(BatchState.Committed, "resume", null, BatchState.Committed)]
    [InlineData(BatchState.Running, "resume", null, BatchState.Running)]
    [InlineData(BatchState.Stopped, "resume", null, BatchState.Stopped)]
    [InlineData(BatchState.Finished, "resume", null, BatchState.Finished)]
    [InlineData(BatchState.Committed, "delete", ErrorCodes.BatchRunning, BatchState.Committed)]
    [InlineData(BatchState.Running, "delete", ErrorCodes.BatchRunning, BatchState.Running)]
    public async Task A_command_does_what_the_table_says(BatchState from, string command, string? refusal, BatchState to)
    {
        var id = await _host.BatchInAsync(from);

        var reply = await _host.GiveAsync(id, command);

        Assert.Equal(refusal, reply.Code);
        Assert.Equal(to, reply.State);
        Assert.Equal(to.ToString(), (await _host.BatchAsync(id)).CurrentState);
    }

    [Theory]
    [InlineData(BatchState.Created, "delete")]
    [InlineData(BatchState.Stopped, "delete")]
    [InlineData(BatchState.Finished, "delete")]
    [InlineData(BatchState.Committed, "delete by force")]
    [InlineData(BatchState.Running, "delete by force")]
    public async Task A_deleted_batch_is_announced_and_unknown_from_then_on(BatchState from, string command)
    {
        var id = await _host.BatchInAsync(from);

        Assert.True((await _host.GiveAsync(id, command)).Accepted);

        Assert.Equal(id, (await _host.ToldAsync<BatchDeleted>()).BatchId);
        foreach (var next in new[] { "append", "update", "commit", "start", "stop", "retry", "pause", "resume", "delete" })
        {
            Assert.Equal(ErrorCodes.BatchNotFound, (await _host.GiveAsync(id, next, number: 1)).Code);
        }
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("start")]
    public async Task An_empty_batch_cannot_be_committed(string command)
    {
        var id = await _host.CreateAsync(jobs: 0);

        var reply = await _host.GiveAsync(id, command);

        Assert.Equal(ErrorCodes.InvalidJobsCount, reply.Code);
        Assert.Equal(BatchState.Created, reply.State);
    }

    [Fact]
    public async Task A_command_for_a_batch_that_never_was_is_refused() =>
        Assert.Equal(ErrorCodes.BatchNotFound, (await _host.AskAsync(new CommitBatch(Guid.NewGuid(), Guid.NewGuid()))).Code);

    [Theory]
    [InlineData(BatchState.Stopped)]
    [InlineData(BatchState.Finished)]
    public async Task A_recurring_batch_takes_jobs_whenever_it_is_not_running(BatchState state)
    {
        var id = await _host.BatchInAsync(state, recurring: true);

        var reply = await _host.GiveAsync(id, "append");

        Assert.True(reply.Accepted, reply.Code);
        Assert.Equal(4, reply.Total);
    }

    [Fact]
    public async Task An_append_staged_on_an_older_revision_is_refused_and_changes_nothing()
    {
        var id = await _host.CreateAsync(jobs: 2);
        var batch = await _host.BatchAsync(id);
        var late = new StagedAppend(Guid.NewGuid(), batch.NextIndex, batch.Revision + 1, 1, [new LaneCount("test", batch.NextIndex, 1)]);
        Assert.True((await _host.GiveAsync(id, "append")).Accepted);

        var reply = await _host.AskAsync(new AcceptAppend(id, Guid.NewGuid(), late));

        Assert.Equal(ErrorCodes.AppendOutdated, reply.Code);
        Assert.Equal(4, (await _host.BatchAsync(id)).Total);
    }

    [Theory]
    [InlineData(BatchState.Committed)]
    [InlineData(BatchState.Running)]
    public async Task A_settled_run_finishes_its_batch_and_is_announced_once(BatchState from)
    {
        var id = await _host.BatchInAsync(from);

        await _host.Bus.Publish(new RunSettled(id, 1, 1, Failures: 0));

        await _host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal(BatchState.Finished, (await _host.ToldAsync<BatchEnded>()).State);
    }

    [Fact]
    public async Task The_end_of_a_batch_without_a_callback_is_told_to_nobody()
    {
        var silent = await _host.CreateAsync(jobs: 1, commit: true, callback: false);
        var loud = await _host.CreateAsync(jobs: 1, commit: true);

        await _host.Bus.Publish(new RunSettled(silent, 1, 1, Failures: 0));
        await _host.EventuallyInAsync(silent, BatchState.Finished);
        await _host.Bus.Publish(new RunSettled(loud, 1, 1, Failures: 0));

        Assert.Equal(loud, (await _host.ToldAsync<BatchEnded>()).BatchId);
    }

    [Fact]
    public async Task A_settled_run_with_failures_stops_a_batch_that_asked_for_it()
    {
        var id = await _host.CreateAsync(jobs: 2, commit: true, new BatchSettings(StopOnJobError: true));

        await _host.Bus.Publish(new RunSettled(id, 1, 1, Failures: 1));

        await _host.EventuallyInAsync(id, BatchState.Stopped);
        Assert.Equal(BatchState.Stopped, (await _host.ToldAsync<BatchEnded>()).State);
    }

    [Theory]
    [InlineData(BatchState.Committed)]
    [InlineData(BatchState.Running)]
    public async Task A_failing_run_stops_its_batch(BatchState from)
    {
        var id = await _host.BatchInAsync(from);

        await _host.Bus.Publish(new RunFailing(id, 1, 1));

        await _host.EventuallyInAsync(id, BatchState.Stopped);
    }

    [Theory]
    [InlineData(BatchState.Created)]
    [InlineData(BatchState.Committed)]
    [InlineData(BatchState.Running)]
    [InlineData(BatchState.Stopped)]
    [InlineData(BatchState.Finished)]
    public async Task An_event_of_an_old_epoch_changes_nothing(BatchState state)
    {
        var id = await _host.BatchInAsync(state);
        if (state is BatchState.Stopped or BatchState.Finished)
        {
            await _host.ToldAsync<BatchEnded>();
        }

        var before = await _host.BatchAsync(id);

        foreach (IRunEvent late in new IRunEvent[] { new RunStarted(id, 1, 0), new RunSettled(id, 1, 0, 1), new RunFailing(id, 1, 0), new RunQuiesced(id, 1, 0) })
        {
            await _host.Bus.Publish(late, late.GetType());
        }

        // A command goes through the same queue and is answered: by then they may be handled; a second look makes sure.
        await _host.GiveAsync(id, "append");
        await Testing.Eventually.True(async () => await AllHandledAsync());
        var after = await _host.BatchAsync(id);
        Assert.Equal(before.CurrentState, after.CurrentState);
        Assert.Equal(before.Epoch, after.Epoch);
    }

    [Fact]
    public async Task A_repeated_command_gets_its_first_answer_again_and_changes_nothing()
    {
        var id = await _host.CreateAsync(jobs: 2);
        var commit = new CommitBatch(id, Guid.NewGuid());
        var first = await _host.AskAsync(commit);
        await _host.AskAsync(new StopBatch(id, Guid.NewGuid()));

        var again = await _host.AskAsync(commit);

        Assert.Equal(first, again);
        Assert.Equal(nameof(BatchState.Stopped), (await _host.BatchAsync(id)).CurrentState);
    }

    [Fact]
    public async Task A_repeated_create_makes_one_batch()
    {
        var append = await _host.StageAsync(number: 77, baseIndex: 0, revision: 1, jobs: 3);
        var create = new CreateBatch(Guid.CreateVersion7(), Guid.NewGuid(), 77, "default", null, false, new BatchSettings(), null, null, null, append, Commit: true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _host.AskAsync(create)));

        Assert.All(answers, answer => Assert.Equal(new CommandReply(create.CommandId, null, null, BatchState.Committed, 3, 1), answer));
        await using var db = _host.Store.Read();
        Assert.Equal(1, await db.Runs.CountAsync(run => run.Batch == 77));
    }

    [Fact]
    public async Task Each_stop_is_announced_once_at_the_latest_by_the_next_start()
    {
        var id = await _host.BatchInAsync(BatchState.Stopped);
        Assert.Equal(1, (await _host.ToldAsync<BatchEnded>()).Epoch);

        await _host.GiveAsync(id, "start");
        await _host.GiveAsync(id, "stop");

        Assert.Equal(2, (await _host.ToldAsync<BatchEnded>()).Epoch);
        await Testing.Eventually.True(async () => !(await _host.BatchAsync(id)).StopOwed);
        Assert.DoesNotContain(_host.Told.Reader.ReadAllNow(), told => told is BatchEnded);
    }

    private async Task<bool> AllHandledAsync()
    {
        await using var db = _host.Store.Read();
        return !await db.Outbox.AnyAsync();
    }
}
