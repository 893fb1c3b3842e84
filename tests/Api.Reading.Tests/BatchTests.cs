using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class BatchOnSqliteTests(SqliteApp app) : BatchTests<SqliteApp>(app);

public sealed class BatchOnPostgresTests(PostgresApp app) : BatchTests<PostgresApp>(app);

public abstract class BatchTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task A_batch_before_its_first_run_has_all_of_its_jobs_pending()
    {
        var batch = await Tenant.BatchAsync(jobs: 3, change: b =>
        {
            b.Name = "spring";
            b.Options = new BatchSettings(StopOnJobError: true, BatchPriority.High);
            b.Callback = new Callback("https://example.org/done");
        });

        var view = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}");

        Assert.Equal(batch.CorrelationId.ToString("D"), view.Text("id"));
        Assert.Equal(batch.Number, view.GetProperty("number").GetInt64());
        Assert.Equal(("spring", "Created", Tenant.Name), (view.Text("name"), view.Text("state"), view.Text("tenant")));
        Assert.True(view.GetProperty("options").GetProperty("stop_on_job_error").GetBoolean());
        Assert.Equal("high", view.GetProperty("options").Text("priority"));
        Assert.Equal("https://example.org/done", view.GetProperty("callback").Text("url"));
        Assert.Equal((3, 3, 0, 0, 0, 0), Counts(view));
        Assert.Equal("2026-03-01T12:00:00Z", view.Text("created_at"));
        Assert.Equal($"/v1/batches/{batch.CorrelationId:D}/results", view.GetProperty("links").Text("results"));
        Assert.True(view.GetProperty("jobs_per_second").ValueKind is System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task A_scheduled_batch_tells_when_it_runs_next_and_what_became_of_its_last_fire()
    {
        var batch = await Tenant.BatchAsync(change: b => b.Schedule = new Schedule(ScheduleKind.Monthly, Hours: [9], DaysOfMonth: [31], TimeZone: "Asia/Tokyo"));
        await Tenant.SaveAsync(db => db.Schedules.Add(new ScheduledBatch
        {
            Batch = batch.Number, BatchId = batch.CorrelationId, Revision = 1, PlannedAt = App.Now.AddHours(1), NextAt = App.Now.AddHours(1).AddSeconds(5),
            LastFireAt = App.Now, LastResult = FireResult.SkippedRunning,
        }));

        var view = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}");

        Assert.Equal("2026-03-01T13:00:05Z", view.Text("next_run_at"));
        Assert.Equal(("monthly", "Asia/Tokyo"), (view.GetProperty("schedule").Text("kind"), view.GetProperty("schedule").Text("time_zone")));
        Assert.Equal("""{"planned_at":"2026-03-01T12:00:00Z","result":"skipped_running","run":null}""", view.GetProperty("schedule").GetProperty("last_fire").GetRawText());
        Assert.Equal("2026-03-01T13:00:05Z", (await Tenant.GetAsync("/v1/batches")).GetProperty("items")[0].Text("next_run_at"));
    }

    [Fact]
    public async Task Jobs_of_a_running_batch_are_counted_by_state()
    {
        var batch = await Tenant.BatchAsync(jobs: 20, BatchState.Running, b => b.Run = 1);
        var run = await Tenant.RunAsync(batch);
        await Tenant.OutcomesAsync(run, Tenant.Completed(0), Tenant.Completed(1), Tenant.Failed(2));
        await Tenant.SliceAsync(run, SliceState.Taken, remaining: 4, [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]);
        await Tenant.SliceAsync(run, SliceState.Queued, remaining: 3, [(7, 1), (8, 1), (9, 1)]);
        await Tenant.SliceAsync(run, SliceState.Returned, remaining: 2, [(10, 1), (11, 1)]);

        var view = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId:N}");

        Assert.Equal((20, 10, 3, 4, 2, 1), Counts(view));
        Assert.Equal(0.15, view.GetProperty("progress").GetDouble());
    }

    [Fact]
    public async Task A_retry_overlays_the_run_whose_failed_jobs_it_has()
    {
        var batch = await Tenant.BatchAsync(jobs: 5, BatchState.Running, b => b.Run = 3);
        var root = await Tenant.RunAsync(batch);
        await Tenant.OutcomesAsync(root, Tenant.Completed(0), Tenant.Completed(1), Tenant.Failed(2), Tenant.Failed(3), Tenant.Failed(4));
        var second = await Tenant.RunAsync(batch, number: 2, root: 1, r => r.Total = 3);
        await Tenant.OutcomesAsync(second, Tenant.Completed(2), Tenant.Failed(3), Tenant.Failed(4));
        var third = await Tenant.RunAsync(batch, number: 3, root: 1, r => r.Total = 2);
        await Tenant.OutcomesAsync(third, Tenant.Completed(3));
        await Tenant.SliceAsync(third, SliceState.Taken, remaining: 1, [(4, 1)]);

        Assert.Equal((5, 0, 0, 1, 4, 0), Counts(await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}")));
    }

    [Fact]
    public async Task A_later_run_of_all_jobs_stands_alone()
    {
        var batch = await Tenant.BatchAsync(jobs: 2, BatchState.Committed, b => b.Run = 2);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Completed(0), Tenant.Failed(1));
        await Tenant.RunAsync(batch, number: 2);

        Assert.Equal((2, 2, 0, 0, 0, 0), Counts(await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}")));
    }

    [Fact]
    public async Task Rate_and_eta_follow_from_outcomes_and_the_time_since_the_run_began()
    {
        var batch = await Tenant.BatchAsync(jobs: 10, BatchState.Running, b => b.Run = 1);
        var run = await Tenant.RunAsync(batch, change: r => r.CreatedAt = App.Now.AddSeconds(-2));
        await Tenant.OutcomesAsync(run, Tenant.Completed(0), Tenant.Completed(1), Tenant.Completed(2), Tenant.Failed(3));

        var view = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}");

        Assert.Equal((2.0, 3.0), (view.GetProperty("jobs_per_second").GetDouble(), view.GetProperty("eta_seconds").GetDouble()));
    }

    [Theory]
    [InlineData(BatchState.Stopped, false)]
    [InlineData(BatchState.Running, true)]
    public async Task There_is_no_eta_while_nothing_runs(BatchState state, bool paused)
    {
        var batch = await Tenant.BatchAsync(jobs: 2, state, b => (b.Run, b.Paused, b.PauseReason) = (1, paused, paused ? "lunch" : null));
        var run = await Tenant.RunAsync(batch, change: r => r.CreatedAt = App.Now.AddSeconds(-2));
        await Tenant.OutcomesAsync(run, Tenant.Completed(0));

        var view = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}");

        Assert.Equal(System.Text.Json.JsonValueKind.Null, view.GetProperty("eta_seconds").ValueKind);
        Assert.Equal(paused ? "lunch" : null, view.Text("pause_reason"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/jobs")]
    [InlineData("/jobs/0")]
    [InlineData("/results")]
    [InlineData("/results?order=arrival")]
    [InlineData("/events")]
    [InlineData("/runs")]
    [InlineData("/runs/1")]
    public async Task A_batch_of_another_tenant_and_a_deleted_one_do_not_exist(string path)
    {
        using var other = App.NewTenant();
        var foreign = await other.BatchAsync(jobs: 1, BatchState.Finished, b => b.Run = 1);
        await other.OutcomesAsync(await other.RunAsync(foreign), other.Completed(0));
        var deleted = await Tenant.BatchAsync(jobs: 1, change: b => b.DeletedAt = App.Now);

        await Tenant.RefusedAsync($"/v1/batches/{foreign.CorrelationId}{path}", HttpStatusCode.NotFound, ErrorCodes.BatchNotFound);
        await Tenant.RefusedAsync($"/v1/batches/{deleted.CorrelationId}{path}", HttpStatusCode.NotFound, ErrorCodes.BatchNotFound);
        await Tenant.RefusedAsync($"/v1/batches/{Guid.NewGuid()}{path}", HttpStatusCode.NotFound, ErrorCodes.BatchNotFound);
        await Tenant.RefusedAsync($"/v1/batches/no-id{path}", HttpStatusCode.NotFound, ErrorCodes.BatchNotFound);
    }

    private static (int Total, int Pending, int Queued, int Processing, int Completed, int Failed) Counts(System.Text.Json.JsonElement view)
    {
        var counts = view.GetProperty("counts");
        return (counts.Int("total"), counts.Int("pending"), counts.Int("queued"), counts.Int("processing"), counts.Int("completed"), counts.Int("failed"));
    }
}
