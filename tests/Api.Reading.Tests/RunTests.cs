using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class RunOnSqliteTests(SqliteApp app) : RunTests<SqliteApp>(app);

public sealed class RunOnPostgresTests(PostgresApp app) : RunTests<PostgresApp>(app);

public abstract class RunTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task Runs_come_newest_first_page_by_page()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Committed, b => b.Run = 3);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Failed(0));
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch, number: 2, root: 1), Tenant.Completed(0));
        await Tenant.RunAsync(batch, number: 3);

        var runs = await Tenant.AllAsync($"{Path(batch)}?limit=1");

        Assert.Equal([(3, 3, "Running"), (2, 1, "Settled"), (1, 1, "Settled")], runs.Select(run => (run.Int("run"), run.Int("root"), run.Text("state")!)));
        Assert.Equal([0, 1, 0], runs.Select(run => run.Int("completed")));
    }

    [Fact]
    public async Task One_run_is_found_by_its_number()
    {
        var batch = await Tenant.BatchAsync(jobs: 2, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Failed(0), Tenant.Completed(1));

        var run = await Tenant.GetAsync($"{Path(batch)}/1");

        Assert.Equal((2, 1, 1), (run.Int("total"), run.Int("completed"), run.Int("failed")));
        Assert.Equal(("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"), (run.Text("created_at"), run.Text("settled_at")));
    }

    [Theory]
    [InlineData(BatchState.Committed, 1, "Running")]
    [InlineData(BatchState.Running, 1, "Running")]
    [InlineData(BatchState.Stopped, 1, "Stopped")]
    [InlineData(BatchState.Running, 2, "Stopped")]
    public async Task A_run_that_is_not_settled_runs_while_it_is_the_latest_of_a_running_batch(BatchState state, int latest, string expected)
    {
        var batch = await Tenant.BatchAsync(jobs: 1, state, b => b.Run = latest);
        await Tenant.RunAsync(batch);

        Assert.Equal(expected, (await Tenant.GetAsync($"{Path(batch)}/1")).Text("state"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("latest")]
    public async Task A_run_that_is_not_there_is_404(string run)
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Committed, b => b.Run = 1);
        await Tenant.RunAsync(batch);

        await Tenant.RefusedAsync($"{Path(batch)}/{run}", HttpStatusCode.NotFound, ErrorCodes.RunNotFound);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task A_parameter_that_cannot_be_understood_is_named(string query, string parameter)
    {
        var batch = await Tenant.BatchAsync();

        await Tenant.RefusedAsync($"{Path(batch)}?{query}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, parameter);
    }

    private static string Path(Batch batch) => $"/v1/batches/{batch.CorrelationId}/runs";

    [Fact]
    public async Task A_run_that_was_removed_is_gone_and_one_that_never_was_is_unknown()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Finished, b => b.Run = 2);
        await Tenant.RunAsync(batch, number: 2);
        var at = $"/v1/batches/{batch.CorrelationId}";

        await Tenant.RefusedAsync($"{at}/runs/1", HttpStatusCode.Gone, ErrorCodes.RunExpired);
        await Tenant.RefusedAsync($"{at}/results?run=1", HttpStatusCode.Gone, ErrorCodes.RunExpired);
        await Tenant.RefusedAsync($"{at}/jobs?run=1", HttpStatusCode.Gone, ErrorCodes.RunExpired);
        await Tenant.RefusedAsync($"{at}/runs/3", HttpStatusCode.NotFound, ErrorCodes.RunNotFound);
        await Tenant.RefusedAsync($"{at}/runs/0", HttpStatusCode.NotFound, ErrorCodes.RunNotFound);
    }

    [Fact]
    public async Task A_run_whose_results_have_expired_keeps_its_counts_and_shows_no_results()
    {
        var batch = await Tenant.BatchAsync(jobs: 2, BatchState.Finished, b => b.Run = 1);
        var run = await Tenant.RunAsync(batch);
        await Tenant.OutcomesAsync(run, Tenant.Completed(0), Tenant.Failed(1));
        await Tenant.WriteAsync(db => db.Runs.Where(row => row.Batch == batch.Number).ExecuteUpdateAsync(set => set.SetProperty(row => row.ExpiredAt, App.Now)));
        var at = $"/v1/batches/{batch.CorrelationId}";

        var view = await Tenant.GetAsync($"{at}/runs/1");
        Assert.Equal((1, 1, "2026-03-01T12:00:00Z"), (view.Int("completed"), view.Int("failed"), view.Text("expired_at")));
        Assert.Equal(1, (await Tenant.GetAsync(at)).GetProperty("counts").Int("completed"));
        foreach (var path in new[] { "results", "results?run=1", "results?order=arrival", "jobs?run=1" })
        {
            await Tenant.RefusedAsync($"{at}/{path}", HttpStatusCode.Gone, ErrorCodes.RunExpired);
        }

        Assert.All(await Tenant.AllAsync($"{at}/jobs"), job => Assert.Equal("Pending", job.Text("state")));
    }
}
