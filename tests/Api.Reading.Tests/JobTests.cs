using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class JobOnSqliteTests(SqliteApp app) : JobTests<SqliteApp>(app);

public sealed class JobOnPostgresTests(PostgresApp app) : JobTests<PostgresApp>(app);

public abstract class JobTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task Jobs_come_in_order_of_index_as_they_were_added()
    {
        var batch = await Tenant.BatchAsync();
        await GrowAsync(batch, Tenant.Job(0, """{ "b":1.50, "a":"é\u00e9" }""", "one"), Tenant.Job(1));

        var jobs = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?limit=1");

        Assert.Equal([0, 1], jobs.Indexes());
        Assert.Equal(("one", "event", "invite", "Pending"), (jobs[0].Text("custom_id"), jobs[0].Text("namespace"), jobs[0].Text("action"), jobs[0].Text("state")));
        Assert.Equal("""{ "b":1.50, "a":"é\u00e9" }""", jobs[0].GetProperty("params").GetRawText());
        Assert.Null(jobs[1].Text("custom_id"));
    }

    [Fact]
    public async Task The_state_of_a_job_follows_from_what_there_is_of_it()
    {
        var batch = await EveryStateAsync();

        var jobs = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs");

        Assert.Equal(
            ["Completed", "Failed", "Processing", "Processing", "Queued", "Pending", "Pending", "Pending"],
            jobs.Select(job => job.Text("state")));
        Assert.Equal([1, 3, 0, 1, 0, 2, 0, 0], jobs.Select(job => job.Int("attempts")));
        Assert.Equal((500, "UPSTREAM_STATUS", "Job 1 failed."), (jobs[1].Int("status_code"), jobs[1].GetProperty("error").Text("code"), jobs[1].GetProperty("error").Text("message")));
    }

    [Fact]
    public async Task A_run_shows_the_jobs_as_they_were_for_it()
    {
        var batch = await EditedAfterItsRunAsync();

        var then = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?run=1");
        var now = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs");

        Assert.Equal([(0, "Completed", """{"n":0}"""), (1, "Failed", """{"n":1}"""), (2, "Completed", """{"n":2}""")], then.Select(State));
        Assert.Equal([(0, "Completed", """{"n":0}"""), (1, "Pending", """{"n":"edited"}"""), (3, "Pending", """{"n":3}""")], now.Select(State));
        var pending = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?state=Pending");
        Assert.Equal([1, 3], pending.Indexes());
        var failed = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?run=1&state=Failed");
        Assert.Equal([1], failed.Indexes());
        await Tenant.RefusedAsync($"/v1/batches/{batch.CorrelationId}/jobs?run=2", HttpStatusCode.NotFound, ErrorCodes.RunNotFound);
        await Tenant.RefusedAsync($"/v1/batches/{batch.CorrelationId}/jobs?run=0", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, "run");
    }

    [Fact]
    public async Task Results_of_a_run_carry_the_jobs_that_it_ran()
    {
        var batch = await EditedAfterItsRunAsync();

        foreach (var query in new[] { "?run=1", "?run=1&order=arrival", "" })
        {
            var results = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/results{query}");
            Assert.Equal([(0, "Completed", """{"n":0}"""), (1, "Failed", """{"n":1}"""), (2, "Completed", """{"n":2}""")], results.EnumerateArray().Select(State));
        }
    }

    // After its run of three jobs one is edited, one removed and one added.
    private async Task<Batch> EditedAfterItsRunAsync()
    {
        var batch = await Tenant.BatchAsync(jobs: 3, BatchState.Finished, b => b.Run = 1);
        var run = await Tenant.RunAsync(batch);
        await Tenant.OutcomesAsync(run, Tenant.Completed(0), Tenant.Failed(1), Tenant.Completed(2));
        await Tenant.WriteAsync(db => db.Jobs.Where(job => job.Batch == batch.Number && job.Index > 0).ExecuteUpdateAsync(set => set.SetProperty(job => job.RemovedRev, 2)));
        await Tenant.JobsAsync(batch, [Tenant.Job(1, """{"n":"edited"}"""), Tenant.Job(3)], revision: 2);
        await Tenant.WriteAsync(db => db.Batches.Where(b => b.Number == batch.Number).ExecuteUpdateAsync(set => set
            .SetProperty(b => b.Revision, 2).SetProperty(b => b.NextIndex, 4).SetProperty(b => b.Total, 3)));
        return batch;
    }

    private static (int Index, string? State, string Params) State(System.Text.Json.JsonElement job) =>
        (job.Int("index"), job.Text("state"), job.GetProperty("params").GetRawText());

    [Theory]
    [InlineData("state=Completed", new[] { 0 })]
    [InlineData("state=failed", new[] { 1 })]
    [InlineData("state=Processing", new[] { 2, 3 })]
    [InlineData("state=Queued", new[] { 4 })]
    [InlineData("state=Pending", new[] { 5, 6, 7 })]
    [InlineData("error_code=UPSTREAM_STATUS", new[] { 1 })]
    [InlineData("error_code=WORKER_LOST", new int[0])]
    [InlineData("state=Completed&error_code=UPSTREAM_STATUS", new int[0])]
    [InlineData("custom_id=even", new[] { 0, 2, 4, 6 })]
    [InlineData("custom_id=even&state=Pending", new[] { 6 })]
    [InlineData("custom_id=even&state=Queued", new[] { 4 })]
    [InlineData("custom_id=none", new int[0])]
    public async Task Jobs_are_filtered(string filter, int[] expected)
    {
        var batch = await EveryStateAsync();

        Assert.Equal(expected, (await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?{filter}")).Indexes());
        Assert.Equal(expected, (await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?limit=1&{filter}")).Indexes());
    }

    [Fact]
    public async Task One_job_is_found_by_its_index()
    {
        var batch = await EveryStateAsync();

        var job = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId:N}/jobs/4");

        Assert.Equal((4, "Queued", "even"), (job.Int("index"), job.Text("state"), job.Text("custom_id")));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("-1")]
    [InlineData("first")]
    [InlineData("99999999999")]
    public async Task A_job_that_is_not_there_is_404(string index)
    {
        var batch = await EveryStateAsync();

        await Tenant.RefusedAsync($"/v1/batches/{batch.CorrelationId}/jobs/{index}", HttpStatusCode.NotFound, ErrorCodes.JobNotFound);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("state=Done", "state")]
    [InlineData("cursor=.", "cursor")]
    [InlineData("error_code=%00", "error_code")]
    [InlineData("custom_id=%00", "custom_id")]
    public async Task A_parameter_that_cannot_be_understood_is_named(string query, string parameter)
    {
        var batch = await Tenant.BatchAsync();

        await Tenant.RefusedAsync($"/v1/batches/{batch.CorrelationId}/jobs?{query}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, parameter);
    }

    [Fact]
    public async Task A_retry_that_is_not_over_shows_its_jobs_as_they_are_there()
    {
        var batch = await Tenant.BatchAsync(jobs: 4, BatchState.Running, b => b.Run = 2);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Failed(1), Tenant.Failed(3), Tenant.Failed(2), Tenant.Completed(0));
        var retry = await Tenant.RunAsync(batch, number: 2, root: 1, run => run.Total = 3);
        await Tenant.OutcomesAsync(retry, Tenant.Completed(2));
        await Tenant.SliceAsync(retry, SliceState.Queued, remaining: 1, [(3, 1)]);

        var path = $"/v1/batches/{batch.CorrelationId}/jobs";
        Assert.Equal(["Completed", "Pending", "Completed", "Queued"], (await Tenant.AllAsync(path)).Select(job => job.Text("state")));
        Assert.Equal(new[] { 0, 2 }, (await Tenant.AllAsync($"{path}?state=Completed")).Indexes());
        Assert.Empty(await Tenant.AllAsync($"{path}?state=Failed"));
        Assert.Equal(new[] { 1 }, (await Tenant.AllAsync($"{path}?state=Pending")).Indexes());
    }

    [Fact]
    public async Task Jobs_removed_or_replaced_since_the_run_are_shown_as_the_batch_has_them_now()
    {
        var batch = await Tenant.BatchAsync(jobs: 3, BatchState.Finished, b => (b.Run, b.Recurring) = (1, true));
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Completed(0), Tenant.Completed(1), Tenant.Completed(2));
        await Tenant.SaveAsync(db =>
        {
            db.Jobs.UpdateRange(db.Jobs.Where(job => job.Batch == batch.Number && job.Index > 0).AsEnumerable().Select(job =>
            {
                job.RemovedRev = 2;
                return job;
            }));
            batch.Revision = 2;
            db.Batches.Update(batch);
        });
        await Tenant.JobsAsync(batch, [Tenant.Job(1, """{"new":true}""")], revision: 2);

        var jobs = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs");

        Assert.Equal([(0, "Completed"), (1, "Pending")], jobs.Select(job => (job.Int("index"), job.Text("state")!)));
        Assert.True(jobs[1].GetProperty("params").GetProperty("new").GetBoolean());
    }

    [Fact]
    public async Task Jobs_staged_and_not_accepted_yet_are_not_seen()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        await Tenant.JobsAsync(batch, [Tenant.Job(1)], revision: 2);

        Assert.Equal(new[] { 0 }, (await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs")).Indexes());
    }

    [Fact]
    public async Task A_page_of_large_jobs_ends_early_and_the_next_goes_on()
    {
        var batch = await Tenant.BatchAsync();
        var large = $$"""{"x":"{{new string('x', 250_000)}}"}""";
        await GrowAsync(batch, [.. Enumerable.Range(0, 40).Select(index => Tenant.Job(index, large))]);

        var first = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/jobs?limit=40");
        var all = await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?limit=40");

        Assert.InRange(first.Items().Length, 10, 20);
        Assert.Equal(Enumerable.Range(0, 40), all.Indexes());
    }

    [Fact]
    public async Task A_search_of_a_large_batch_is_a_matter_of_moments_on_tables_that_were_never_analyzed()
    {
        const int Jobs = 40_000;
        var batch = await Tenant.BatchAsync(Jobs, BatchState.Running, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), [.. Enumerable.Range(0, Jobs - 1).Select(index => index == 7 ? Tenant.Failed(index) : Tenant.Completed(index))]);

        Assert.Equal(new[] { Jobs - 1 }, (await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?state=Pending")).Indexes());
        Assert.Equal(new[] { 7 }, (await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?state=Failed")).Indexes());
        Assert.Empty(await Tenant.AllAsync($"/v1/batches/{batch.CorrelationId}/jobs?error_code=WORKER_LOST"));
    }

    // 0 completed, 1 failed, 2 and 3 held (one at its second attempt), 4 sent, 5 waiting, 6 returned, 7 not cut.
    private async Task<Batch> EveryStateAsync()
    {
        var batch = await Tenant.BatchAsync(state: BatchState.Running, change: b => b.Run = 1);
        await GrowAsync(batch, [.. Enumerable.Range(0, 8).Select(index => Tenant.Job(index, customId: index % 2 == 0 ? "even" : null))]);
        var run = await Tenant.RunAsync(batch);
        await Tenant.SliceAsync(run, SliceState.Taken, remaining: 2, [(0, 1), (1, 1), (2, 1), (3, 2), (5, 1)]);
        await Tenant.SliceAsync(run, SliceState.Queued, remaining: 1, [(4, 1)]);
        await Tenant.SliceAsync(run, SliceState.Returned, remaining: 1, [(6, 1)]);
        await Tenant.RetryAsync(run, 5, attempt: 3);
        await Tenant.OutcomesAsync(run, Tenant.Failed(1), Tenant.Completed(0));
        return batch;
    }

    private async Task GrowAsync(Batch batch, params IReadOnlyList<Store.Bulk.StagedJob> jobs)
    {
        await Tenant.JobsAsync(batch, jobs);
        batch.NextIndex = batch.Total = jobs.Count;
        await Tenant.SaveAsync(db => db.Batches.Update(batch));
    }
}
