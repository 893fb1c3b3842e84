using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests.Schedules;

/// <summary>What a fire does in each state, by the policy of its schedule. The schedules never fire by themselves here.</summary>
public sealed class FireTests : IAsyncLifetime
{
    private static readonly DateTime Noon = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);
    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData(BatchState.Created, 1)]
    [InlineData(BatchState.Stopped, 2)]
    [InlineData(BatchState.Finished, 2)]
    public async Task A_fire_begins_a_new_run_of_a_batch_at_rest(BatchState state, int run)
    {
        var id = await _host.BatchInAsync(state, schedule: Manual(OverlapPolicy.Skip));

        await FireAsync(id);

        await RecordedAsync(id, FireResult.Started, run);
        var batch = await _host.BatchAsync(id);
        Assert.Equal((nameof(BatchState.Committed), run), (batch.CurrentState, batch.Run));
    }

    [Theory]
    [InlineData(BatchState.Committed)]
    [InlineData(BatchState.Running)]
    public async Task While_a_run_goes_on_the_policy_skip_leaves_it_alone(BatchState state)
    {
        var id = await _host.BatchInAsync(state, schedule: Manual(OverlapPolicy.Skip));

        await FireAsync(id);

        await RecordedAsync(id, FireResult.SkippedRunning, run: null);
        Assert.Equal((state.ToString(), 1), ((await _host.BatchAsync(id)).CurrentState, (await _host.BatchAsync(id)).Run));
    }

    [Theory]
    [InlineData(BatchState.Committed)]
    [InlineData(BatchState.Running)]
    public async Task The_policy_queue_runs_the_batch_once_more_when_its_run_has_settled_however_many_fires_there_were(BatchState state)
    {
        var id = await _host.BatchInAsync(state, schedule: Manual(OverlapPolicy.Queue));
        await FireAsync(id);
        await FireAsync(id, minute: 1);
        await RecordedAsync(id, FireResult.Queued, run: null);

        await _host.SettleAsync(id);

        await RecordedAsync(id, FireResult.Started, run: 2);
        var ended = await _host.ToldAsync<BatchEnded>();
        Assert.Equal((BatchState.Finished, 1), (ended.State, ended.Run));
        await _host.Bus.Publish(new RunSettled(id, 2, 2, Failures: 0));
        await _host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal(2, (await _host.BatchAsync(id)).Run);
    }

    [Fact]
    public async Task A_queued_fire_also_follows_a_run_that_stopped_by_itself()
    {
        var id = await _host.BatchInAsync(BatchState.Running, schedule: Manual(OverlapPolicy.Queue));
        await FireAsync(id);
        await RecordedAsync(id, FireResult.Queued, run: null);

        await _host.Bus.Publish(new RunFailing(id, 1, 1));

        await RecordedAsync(id, FireResult.Started, run: 2);
        Assert.Equal(BatchState.Stopped, (await _host.ToldAsync<BatchEnded>()).State);
    }

    [Fact]
    public async Task A_queued_fire_is_dropped_when_somebody_stops_the_batch()
    {
        var id = await _host.BatchInAsync(BatchState.Running, schedule: Manual(OverlapPolicy.Queue));
        await FireAsync(id);
        await RecordedAsync(id, FireResult.Queued, run: null);

        Assert.True((await _host.GiveAsync(id, "stop")).Accepted);

        await RecordedAsync(id, FireResult.Dropped, run: null);
        Assert.Equal((nameof(BatchState.Stopped), false), ((await _host.BatchAsync(id)).CurrentState, (await _host.BatchAsync(id)).FireQueued));
    }

    [Theory]
    [InlineData(BatchState.Committed)]
    [InlineData(BatchState.Running)]
    public async Task The_policy_stop_stops_the_old_run_and_begins_a_new_one(BatchState state)
    {
        var id = await _host.BatchInAsync(state, schedule: Manual(OverlapPolicy.Stop));

        await FireAsync(id);

        await RecordedAsync(id, FireResult.Started, run: 2);
        var told = new[] { await _host.ToldAsync<object>(), await _host.ToldAsync<object>() };
        Assert.Equal((1, 1), told.OfType<StopRun>().Select(stop => (stop.Run, stop.Epoch)).Single());
        Assert.Equal((BatchState.Stopped, 1, 1), told.OfType<BatchEnded>().Select(ended => (ended.State, ended.Run, ended.Epoch)).Single());
        await _host.EventuallyInAsync(id, BatchState.Committed);
        Assert.False((await _host.BatchAsync(id)).StopOwed);
    }

    [Fact]
    public async Task What_is_left_of_a_run_whose_place_was_taken_is_told_to_stop_until_it_has()
    {
        var id = await _host.BatchInAsync(BatchState.Running, schedule: Manual(OverlapPolicy.Stop));
        var number = (await _host.BatchAsync(id)).Number;
        await _host.SaveAsync(new Slice
        {
            Id = Guid.NewGuid(), Batch = number, Run = 1, Namespace = "test", BatchId = id, Tenant = "default", Epoch = 1,
            State = SliceState.Taken, Holder = Guid.NewGuid(), LeaseUntil = DateTime.UnixEpoch.AddYears(200), Jobs = SliceJobs.Of([(0, 1)]), Remaining = 1,
        });

        await FireAsync(id);

        await RecordedAsync(id, FireResult.Started, run: 2);
        for (var repeated = 0; repeated < 3; repeated++)
        {
            Assert.Equal(1, (await _host.ToldAsync<StopRun>()).Run);
        }
    }

    [Fact]
    public async Task A_fire_on_an_empty_batch_is_skipped_and_recorded()
    {
        var id = await _host.CreateAsync(jobs: 0, schedule: Manual(OverlapPolicy.Skip));

        await FireAsync(id);

        await RecordedAsync(id, FireResult.SkippedEmpty, run: null);
        Assert.Equal(nameof(BatchState.Created), (await _host.BatchAsync(id)).CurrentState);
    }

    [Fact]
    public async Task A_fire_that_is_heard_again_or_belongs_to_an_old_schedule_does_nothing()
    {
        var id = await _host.BatchInAsync(BatchState.Created, schedule: Manual(OverlapPolicy.Stop));
        await FireAsync(id);
        await FireAsync(id);
        await FireAsync(id, minute: 1);
        await FireAsync(id, minute: 1);
        await Eventually.Equal(2, async () => (await _host.BatchAsync(id)).Run);

        Assert.True((await _host.GiveAsync(id, "stop")).Accepted);
        Assert.True((await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), """{"schedule":{"overlap":"skip"}}"""))).Accepted);
        await _host.Bus.Publish(new ScheduleFired(id, Revision: 1, Noon.AddMinutes(2)));
        await _host.Bus.Publish(new ScheduleFired(id, Revision: 2, Noon.AddMinutes(3)));

        await RecordedAsync(id, FireResult.Started, run: 3);
        Assert.Equal([Noon.AddMinutes(3)], (await _host.BatchAsync(id)).Fires);
    }

    [Fact]
    public async Task Later_fires_do_not_keep_an_earlier_one_that_was_delayed_from_being_heard()
    {
        var id = await _host.BatchInAsync(BatchState.Created, schedule: Manual(OverlapPolicy.Stop));

        foreach (var minute in new[] { 3, 1, 2, 1, 3 })
        {
            await FireAsync(id, minute);
        }

        await Eventually.Equal(3, async () => (await _host.BatchAsync(id)).Run);
    }

    [Fact]
    public async Task A_change_that_leaves_the_schedule_as_it_was_keeps_its_next_fire()
    {
        var id = await _host.CreateAsync(jobs: 1, schedule: new Schedule(ScheduleKind.Daily, Hours: [9], JitterSeconds: 3600));
        var before = await RowAsync(id);

        Assert.True((await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), """{"name":"x","schedule":{"hours":[9]}}"""))).Accepted);

        var after = await RowAsync(id);
        Assert.Equal((before!.Revision, before.NextAt), (after!.Revision, after.NextAt));
    }

    [Fact]
    public async Task A_schedule_can_be_given_changed_disabled_enabled_and_taken_away()
    {
        var id = await _host.CreateAsync(jobs: 1);
        Assert.Null(await RowAsync(id));

        await PatchAsync("""{"schedule":{"kind":"daily","hours":[9],"time_zone":"UTC"}}""");
        Assert.Equal(9, (await RowAsync(id))!.NextAt!.Value.Hour);
        Assert.True((await _host.BatchAsync(id)).Recurring);

        await PatchAsync("""{"schedule":{"hours":[10]}}""");
        Assert.Equal(10, (await RowAsync(id))!.NextAt!.Value.Hour);

        await PatchAsync("""{"schedule":{"enabled":false}}""");
        Assert.Null((await RowAsync(id))!.NextAt);

        await PatchAsync("""{"schedule":{"enabled":null}}""");
        Assert.Equal(10, (await RowAsync(id))!.NextAt!.Value.Hour);

        await PatchAsync("""{"schedule":null}""");
        Assert.Null(await RowAsync(id));

        async Task PatchAsync(string patch) => Assert.True((await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), patch))).Accepted);
    }

    [Fact]
    public async Task A_deleted_batch_has_no_schedule_left()
    {
        var id = await _host.CreateAsync(jobs: 1, schedule: new Schedule(ScheduleKind.Minutes, "every_minute"));

        Assert.True((await _host.GiveAsync(id, "delete")).Accepted);

        Assert.Null(await RowAsync(id));
    }

    [Fact]
    public async Task Committing_a_scheduled_batch_runs_it_now()
    {
        var id = await _host.CreateAsync(jobs: 1, commit: true, schedule: new Schedule(ScheduleKind.Daily, Hours: [9]));

        Assert.Equal(1, (await _host.BatchAsync(id)).Run);
        Assert.NotNull((await RowAsync(id))!.NextAt);
    }

    private static Schedule Manual(OverlapPolicy overlap) => new(Overlap: overlap);

    private Task FireAsync(Guid id, int minute = 0) => _host.Bus.Publish(new ScheduleFired(id, Revision: 1, Noon.AddMinutes(minute)));

    private Task RecordedAsync(Guid id, FireResult result, int? run) => Eventually.Equal((result, run), async () =>
    {
        var row = await RowAsync(id);
        return (row!.LastResult, row.LastRun);
    });

    private async Task<ScheduledBatch?> RowAsync(Guid id)
    {
        await using var db = _host.Store.Read();
        return await db.Schedules.SingleOrDefaultAsync(row => row.BatchId == id);
    }
}
