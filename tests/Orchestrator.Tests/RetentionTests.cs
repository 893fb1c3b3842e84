using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Retention;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

public sealed class RetentionOnSqliteTests() : RetentionTests("Sqlite");

public sealed class RetentionOnPostgresTests() : RetentionTests("Postgres");

/// <summary>What expires and what does not. "Before tomorrow" is everything that is over.</summary>
public abstract class RetentionTests(string provider) : IAsyncLifetime
{
    private static readonly DateTime Tomorrow = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1);
    private static readonly DateTime Yesterday = Tomorrow.AddDays(-2);
    private readonly Guid _worker = Guid.NewGuid();
    private OrchestratorHost _host = null!;

    private ExpiredRuns Runs => _host.Get<ExpiredRuns>();

    private IdleBatches Batches => _host.Get<IdleBatches>();

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync(provider);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Old_runs_go_with_their_results_and_the_latest_stays()
    {
        var id = await FinishedAsync(jobs: 3);
        await AgainAsync(id);
        await AgainAsync(id);

        Assert.Equal(0, await Runs.RemoveAsync(Yesterday, default));
        Assert.Equal(2, await Runs.RemoveAsync(Tomorrow, default));

        Assert.Equal([(3, 3)], await OutcomesAsync(id));
        Assert.Equal([3], await RunsAsync(id));
        Assert.Equal([3], await ReadAsync(db => db.Lanes.Select(lane => lane.Run)));
        await AgainAsync(id);
        Assert.Equal([3, 4], await RunsAsync(id));
    }

    [Fact]
    public async Task A_run_and_its_retries_go_together()
    {
        var id = await FinishedAsync(jobs: 4, completed: index => index > 0);
        Assert.True((await _host.GiveAsync(id, "retry")).Accepted);

        Assert.Equal(0, await Runs.EmptyAsync(Tomorrow, default));
        await _host.RunToEndAsync(id, _worker);
        Assert.Equal(0, await Runs.RemoveAsync(Tomorrow, default));
        await AgainAsync(id);
        Assert.Equal(2, await Runs.RemoveAsync(Tomorrow, default));

        Assert.Equal([3], await RunsAsync(id));
    }

    [Fact]
    public async Task Results_go_however_many_and_the_run_keeps_its_counts()
    {
        var id = await FinishedAsync(jobs: 4_500, completed: index => index != 7);

        Assert.Equal(0, await Runs.EmptyAsync(Yesterday, default));
        Assert.Equal(1, await Runs.EmptyAsync(Tomorrow, default));
        Assert.Equal(0, await Runs.EmptyAsync(Tomorrow, default));

        Assert.Empty(await OutcomesAsync(id));
        var run = Assert.Single(await ReadAsync(db => db.Runs));
        Assert.Equal((4_499, 1, true), (run.Completed, run.Failed, run.ExpiredAt is not null));
        Assert.Equal(ErrorCodes.NothingToRetry, (await _host.GiveAsync(id, "retry")).Code);
        await _host.Bus.Publish(new RunSettled(id, 1, 1, Failures: 1));
        Assert.True((await _host.GiveAsync(id, "start")).Accepted);
    }

    [Fact]
    public async Task A_removal_that_was_cut_off_is_finished()
    {
        var id = await FinishedAsync(jobs: 3);
        await WriteAsync(db => db.Runs.ExecuteUpdateAsync(set => set.SetProperty(run => run.ExpiredAt, Yesterday)));

        await Runs.EmptyAsync(Tomorrow, default);

        Assert.Empty(await OutcomesAsync(id));
        Assert.Equal(Yesterday, Assert.Single(await ReadAsync(db => db.Runs)).ExpiredAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task What_runs_or_can_be_resumed_is_left_alone()
    {
        var stopped = await HalfwayAsync();
        Assert.True((await _host.GiveAsync(stopped, "stop")).Accepted);
        var running = await HalfwayAsync();

        Assert.Equal(0, await Runs.EmptyAsync(Tomorrow, default) + await Runs.RemoveAsync(Tomorrow, default));

        Assert.Equal([(1, 1)], await OutcomesAsync(stopped));
        Assert.Equal([(1, 1)], await OutcomesAsync(running));
        await StoreInvariants.CheckAsync(_host.Store);
    }

    [Fact]
    public async Task A_run_that_another_took_the_place_of_goes_once_no_worker_has_a_job_of_it()
    {
        var id = await HalfwayAsync(new Schedule(Overlap: OverlapPolicy.Stop));
        await _host.Bus.Publish(new ScheduleFired(id, Revision: 1, Yesterday));
        await Eventually.Equal(2, async () => (await _host.BatchAsync(id)).Run);

        await WriteAsync(db => db.Slices.Where(slice => slice.Run == 1).ExecuteUpdateAsync(set => set.SetProperty(slice => slice.State, SliceState.Taken)));
        Assert.Equal(0, await Runs.RemoveAsync(Tomorrow, default));
        await WriteAsync(db => db.Slices.Where(slice => slice.Run == 1).ExecuteUpdateAsync(set => set.SetProperty(slice => slice.State, SliceState.Returned)));
        Assert.Equal(1, await Runs.RemoveAsync(Tomorrow, default));

        Assert.Equal([2], await RunsAsync(id));
        Assert.DoesNotContain(await ReadAsync(db => db.Slices), slice => slice.Run == 1);
        Assert.Empty(await OutcomesAsync(id));
    }

    [Fact]
    public async Task A_retry_that_meets_the_removal_has_all_of_its_jobs_or_is_refused()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = await FinishedAsync(jobs: 20, completed: index => index > 3); // more would trip the circuit breaker

            var retry = _host.GiveAsync(id, "retry");
            await Task.WhenAll(retry, Runs.EmptyAsync(Tomorrow, default));

            if ((await retry).Accepted)
            {
                Assert.Equal(Enumerable.Range(0, 4), (await _host.RunToEndAsync(id, _worker)).Order());
            }
            else
            {
                Assert.Equal(ErrorCodes.NothingToRetry, (await retry).Code);
                Assert.Empty(await OutcomesAsync(id));
            }
        }
    }

    [Fact]
    public async Task Idle_batches_are_deleted_and_others_are_not()
    {
        await _host.BatchInAsync(BatchState.Created);
        await _host.BatchInAsync(BatchState.Finished, recurring: true);
        await _host.CreateAsync(jobs: 1, schedule: new Schedule(ScheduleKind.Daily, Hours: [9], Enabled: false));
        var used = new[]
        {
            await _host.BatchInAsync(BatchState.Committed),
            await _host.BatchInAsync(BatchState.Running),
            await _host.CreateAsync(jobs: 1, schedule: new Schedule(ScheduleKind.Daily, Hours: [9])),
        };

        Assert.Equal(0, await Batches.RemoveAsync(Yesterday, default));
        Assert.Equal(3, await Batches.RemoveAsync(Tomorrow, default));

        var left = await ReadAsync(db => db.Batches.Where(batch => batch.DeletedAt == null));
        Assert.Equal(used.Order(), left.Select(batch => batch.CorrelationId).Order());
    }

    [Theory]
    [InlineData(BatchState.Created, ErrorCodes.BatchChanged)]
    [InlineData(BatchState.Finished, ErrorCodes.BatchChanged)]
    [InlineData(BatchState.Running, ErrorCodes.BatchRunning)]
    public async Task A_batch_that_was_used_since_it_was_found_idle_is_not_deleted(BatchState state, string code)
    {
        var id = await _host.BatchInAsync(state);

        var reply = await _host.AskAsync(new DeleteBatch(id, Guid.NewGuid(), Force: false, UnchangedSince: Yesterday));

        Assert.Equal((code, state), (reply.Code, reply.State));
    }

    [Fact]
    public async Task The_clock_removes_what_its_settings_say()
    {
        await using var host = await OrchestratorHost.StartAsync(provider, new() { ["Retention:RunDays"] = "0.000001", ["Retention:ClockSeconds"] = "0.05" });
        var id = await host.CreateAsync(jobs: 2, commit: true);
        await host.RunToEndAsync(id, _worker);
        Assert.True((await host.GiveAsync(id, "start")).Accepted);
        await host.RunToEndAsync(id, _worker);

        await Eventually.True(async () =>
        {
            await using var db = host.Store.Read();
            return await db.Runs.CountAsync() == 1 && await db.Outcomes.CountAsync() == 2;
        });
    }

    private async Task<Guid> FinishedAsync(int jobs, Func<int, bool>? completed = null)
    {
        var id = await _host.CreateAsync(jobs, commit: true);
        await _host.RunToEndAsync(id, _worker, completed);
        return id;
    }

    // One of two jobs has an outcome.
    private async Task<Guid> HalfwayAsync(Schedule? schedule = null)
    {
        var id = await _host.CreateAsync(jobs: 2, commit: true, schedule: schedule);
        await _host.AnnounceAsync(_worker);
        await _host.ReportAsync(await _host.SliceAsync(), _worker, onlyFirst: 1, last: false);
        await Eventually.Equal(1, async () => (await _host.CountsAsync(id)).Completed);
        return id;
    }

    private async Task AgainAsync(Guid id)
    {
        Assert.True((await _host.GiveAsync(id, "start")).Accepted);
        await _host.RunToEndAsync(id, _worker);
    }

    private async Task<List<(int Run, int Count)>> OutcomesAsync(Guid id)
    {
        var number = (await _host.BatchAsync(id)).Number;
        return [.. (await ReadAsync(db => db.Outcomes.Where(outcome => outcome.Batch == number))).GroupBy(outcome => outcome.Run).Select(run => (run.Key, run.Count())).Order()];
    }

    private async Task<List<int>> RunsAsync(Guid id) =>
        [.. (await ReadAsync(db => db.Runs.Where(run => run.BatchId == id))).Select(run => run.Number).Order()];

    private async Task<List<T>> ReadAsync<T>(Func<Store.StoreDb, IQueryable<T>> rows)
    {
        await using var db = _host.Store.Read();
        return await rows(db).ToListAsync();
    }

    private async Task WriteAsync(Func<Store.StoreDb, Task> write)
    {
        await using var unit = await _host.Store.BeginAsync();
        await write(unit.Db);
        await unit.CommitAsync();
    }
}
