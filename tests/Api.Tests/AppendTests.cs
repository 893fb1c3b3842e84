using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests;

public sealed class AppendOnSqliteTests() : AppendTests("Sqlite");

public sealed class AppendOnPostgresTests() : AppendTests("Postgres");

/// <summary>Appends that meet, break, lose their owner, or whose end nobody knows.</summary>
public abstract class AppendTests(string provider) : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() =>
        _app = await ApiApp.StartAsync(new() { ["Store:Provider"] = provider }, _clock);

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Appends_that_meet_follow_each_other_and_none_is_lost()
    {
        var batch = await _app.Client.CreateAsync();
        var uploads = Enumerable.Range(1, 8).Select(n => _app.Client.UploadAsync(batch, Http.Lines(n * 100))).ToList();
        var replies = await _clock.MoveUntilAsync(Task.WhenAll(uploads));
        Assert.All(replies, reply => Assert.Equal(HttpStatusCode.Created, reply.Status));
        Assert.Equal(Enumerable.Range(0, 3600), (await _app.JobsAsync(batch)).Select(job => job.Index));
        Assert.Equal(8, (await _app.JobsAsync(batch)).Select(job => job.AddedRev).Distinct().Count());
    }

    [Fact]
    public async Task A_second_append_waits_for_the_first()
    {
        var batch = await _app.Client.CreateAsync();
        using var first = new GatedContent();
        var uploading = BeginAsync(batch, first);
        await AppendIsOpenAsync(batch);
        var second = _app.Client.UploadAsync(batch, Http.Lines(1));
        await Eventually.True(() => _clock.ActiveTimers > 0);
        first.Send(Http.Lines(2));
        first.End();
        Assert.Equal(2, (int)(await uploading).Body!["total"]!);
        Assert.Equal(3, (int)(await _clock.MoveUntilAsync(second)).Body!["total"]!);
    }

    [Fact]
    public async Task A_second_append_gives_up_when_the_first_does_not_end()
    {
        var batch = await _app.Client.CreateAsync();
        using var first = new GatedContent();
        var uploading = BeginAsync(batch, first);
        await AppendIsOpenAsync(batch);
        (await _clock.MoveUntilAsync(_app.Client.UploadAsync(batch, Http.Lines(1)))).IsProblem(409, "APPEND_IN_PROGRESS");
        first.Send(Http.Lines(2));
        first.End();
        Assert.Equal(HttpStatusCode.Created, (await uploading).Status);
    }

    [Fact]
    public async Task A_slow_upload_keeps_its_lease()
    {
        var batch = await _app.Client.CreateAsync();
        using var slow = new GatedContent();
        var uploading = BeginAsync(batch, slow);
        await AppendIsOpenAsync(batch);
        for (var seconds = 0; seconds < 120; seconds += 10)
        {
            var before = await LeaseAsync(batch);
            await Eventually.True(async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return await LeaseAsync(batch) > before;
            });
        }

        slow.Send(Http.Lines(1));
        slow.End();
        Assert.Equal(HttpStatusCode.Created, (await uploading).Status);
    }

    [Fact]
    public async Task A_commit_during_an_upload_leaves_nothing_of_it()
    {
        var batch = await _app.Client.CreateAsync();
        using var first = new GatedContent();
        var uploading = BeginAsync(batch, first);
        first.Send(Http.Lines(6000));
        await JobsAreStagedAsync(batch);
        await _app.Client.PostAsync($"/v1/batches/{batch}/commit");
        first.End();
        (await uploading).IsProblem(409, "BATCH_ALREADY_COMMITTED");
        await NothingIsStagedAsync(batch);
    }

    [Fact]
    public async Task An_upload_that_breaks_leaves_nothing()
    {
        var batch = await _app.Client.CreateAsync();
        using var broken = new GatedContent();
        var uploading = BeginAsync(batch, broken);
        broken.Send(Http.Lines(6000));
        await JobsAreStagedAsync(batch);
        broken.Break();
        await Assert.ThrowsAnyAsync<Exception>(() => uploading);
        await Eventually.True(() => IsEmptyAsync(batch));
    }

    [Fact]
    public async Task An_append_that_lost_its_owner_before_the_command_is_removed_by_the_next()
    {
        var batch = await _app.Client.CreateAsync();
        await OrphanAsync(batch, Guid.NewGuid(), jobs: 6_000);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("""{"appended":2,"total":2}""", (await _app.Client.UploadAsync(batch, Http.Lines(2))).Body!.ToJsonString());
        Assert.Equal([0, 1], (await _app.JobsAsync(batch)).Select(job => job.Index));
    }

    [Fact]
    public async Task An_append_that_was_taken_in_before_its_owner_died_keeps_its_jobs()
    {
        var batch = await _app.Client.CreateAsync();
        _app.Lifecycle.Silent = command => command is AcceptAppend;
        await _app.UnansweredAsync(() => _app.Client.UploadAsync(batch, Http.Lines(3)));
        _app.Lifecycle.Silent = _ => false;
        Assert.Equal("""{"appended":2,"total":5}""", (await _clock.MoveUntilAsync(_app.Client.UploadAsync(batch, Http.Lines(2)))).Body!.ToJsonString());
        Assert.Equal(Enumerable.Range(0, 5), (await _app.JobsAsync(batch)).Select(job => job.Index));
    }

    [Fact]
    public async Task Jobs_that_were_taken_in_stay_even_when_the_lifecycle_has_forgotten_the_command()
    {
        var batch = await _app.Client.CreateAsync();
        _app.Lifecycle.Silent = command => command is AcceptAppend;
        await _app.UnansweredAsync(() => _app.Client.UploadAsync(batch, Http.Lines(3)));
        _app.Lifecycle.Silent = _ => false;
        await _app.WriteAsync(db => db.Batches.Single(b => b.CorrelationId == batch).Replies = []);
        await Eventually.True(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            return await IsEmptyAsync(batch);
        });
        Assert.Equal(3, (await _app.JobsAsync(batch)).Count);
    }

    [Fact]
    public async Task The_clock_ends_appends_that_nobody_takes_over()
    {
        var batch = await _app.Client.CreateAsync();
        await OrphanAsync(batch, Guid.NewGuid(), jobs: 10);
        await Eventually.True(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            return await IsEmptyAsync(batch);
        });
        await NothingIsStagedAsync(batch);
    }

    [Fact]
    public async Task The_clock_leaves_a_live_append_alone()
    {
        var batch = await _app.Client.CreateAsync();
        using var live = new GatedContent();
        var uploading = BeginAsync(batch, live);
        await AppendIsOpenAsync(batch);
        for (var ticks = 0; ticks < 5; ticks++)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        live.Send(Http.Lines(1));
        live.End();
        Assert.Equal(HttpStatusCode.Created, (await uploading).Status);
    }

    [Fact]
    public async Task Whoever_was_taken_over_stages_no_more_and_hurts_nobody()
    {
        var batch = await _app.Client.CreateAsync();
        using var lost = new GatedContent();
        var uploading = BeginAsync(batch, lost);
        lost.Send(Http.Lines(6000));
        await JobsAreStagedAsync(batch);
        await _app.WriteAsync(db => db.Appends.Single(append => append.BatchId == batch).LeaseUntil = _clock.GetUtcNow().UtcDateTime);
        Assert.Equal(HttpStatusCode.Created, (await _app.Client.UploadAsync(batch, Http.Lines(4))).Status);
        lost.Send(Http.Lines(6000));
        lost.End();
        (await uploading).IsProblem(409, "APPEND_OUTDATED");
        Assert.Equal(Enumerable.Range(0, 4), (await _app.JobsAsync(batch)).Select(job => job.Index));
    }

    [Fact]
    public async Task A_recurring_batch_takes_jobs_again_once_it_has_stopped()
    {
        var batch = await _app.Client.CreateAsync("""{"recurring":true}""");
        await _app.Client.PostAsync($"/v1/batches/{batch}/stop");
        await _app.Client.UploadAsync(batch, Http.Lines(1));
        Assert.IsType<AcceptAppend>(_app.Lifecycle.Commands.Last(command => command.BatchId == batch));
    }

    [Fact]
    public async Task A_deleted_batch_loses_its_jobs_appends_and_kept_answers()
    {
        var batch = await _app.Client.CreateAsync();
        await _app.Client.UploadAsync(batch, Http.Lines(12_000), idempotencyKey: "kept");
        await OrphanAsync(batch, Guid.NewGuid(), jobs: 0);
        var number = await _app.ReadAsync(db => db.Batches.Where(b => b.CorrelationId == batch).Select(b => b.Number).SingleAsync());
        await using (var unit = await _app.Store.BeginAsync())
        {
            unit.Owe(new BatchDeleted(batch, number, "default"));
            await unit.CommitAsync();
        }

        await Eventually.True(() => IsEmptyAsync(batch));
        await Eventually.Equal(0, async () => (await _app.JobsAsync(batch)).Count);
        Assert.Equal(0, await _app.ReadAsync(db => db.Idempotency.CountAsync(row => row.BatchId == batch)));
    }

    private Task<Reply> BeginAsync(Guid batch, HttpContent content) => _app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", content);

    private async Task OrphanAsync(Guid batch, Guid commandId, int jobs)
    {
        var row = await _app.ReadAsync(db => db.Batches.SingleAsync(b => b.CorrelationId == batch));
        await _app.WriteAsync(db =>
        {
            db.Appends.Add(new Append
            {
                Batch = row.Number,
                Id = Guid.NewGuid(),
                BatchId = batch,
                BaseIndex = row.NextIndex,
                Revision = row.Revision + 1,
                CommandId = commandId,
                LeaseUntil = _clock.GetUtcNow().UtcDateTime,
            });
            db.Jobs.AddRange(Enumerable.Range(row.NextIndex, jobs).Select(index => new Job
            {
                Batch = row.Number, Index = index, AddedRev = row.Revision + 1, Namespace = "bench", Action = "noop", Params = "{}",
            }));
        });
    }

    private Task AppendIsOpenAsync(Guid batch) => Eventually.True(async () => !await IsEmptyAsync(batch));

    private Task JobsAreStagedAsync(Guid batch) => Eventually.True(async () => (await _app.JobsAsync(batch)).Count > 0);

    private Task<bool> IsEmptyAsync(Guid batch) => _app.ReadAsync(async db => !await db.Appends.AnyAsync(append => append.BatchId == batch));

    private Task<DateTime> LeaseAsync(Guid batch) => _app.ReadAsync(db => db.Appends.Where(append => append.BatchId == batch).Select(append => append.LeaseUntil).SingleAsync());

    private async Task NothingIsStagedAsync(Guid batch)
    {
        Assert.True(await IsEmptyAsync(batch));
        Assert.Empty(await _app.JobsAsync(batch));
    }
}
