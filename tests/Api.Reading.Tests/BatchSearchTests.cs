using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class BatchSearchOnSqliteTests(SqliteApp app) : BatchSearchTests<SqliteApp>(app);

public sealed class BatchSearchOnPostgresTests(PostgresApp app) : BatchSearchTests<PostgresApp>(app);

/// <summary>Orders of the list, batches by error code, and batches of other tenants.</summary>
public abstract class BatchSearchTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Theory]
    [InlineData("created", "b,c,a")]
    [InlineData("-created", "a,c,b")]
    [InlineData("name", "a,b,c")]
    [InlineData("-name", "c,b,a")]
    [InlineData("ended", "c,a")]
    [InlineData("-ended", "a,c")]
    public async Task The_list_is_sorted_as_was_asked_for_page_by_page(string sort, string expected)
    {
        await Tenant.BatchAsync(change: b => (b.Name, b.CreatedAt) = ("b", App.Now));
        await Tenant.BatchAsync(change: b => (b.Name, b.CreatedAt, b.EndedAt) = ("c", App.Now, App.Now));
        await Tenant.BatchAsync(change: b => (b.Name, b.CreatedAt, b.EndedAt) = ("a", App.Now.AddSeconds(1), App.Now.AddSeconds(2)));

        var names = (await Tenant.AllAsync($"/v1/batches?limit=1&sort={sort}")).Select(item => item.Text("name"));

        Assert.Equal(expected, string.Join(',', names));
    }

    [Fact]
    public async Task Batches_with_the_same_name_come_once_each()
    {
        for (var i = 0; i < 5; i++)
        {
            await Tenant.BatchAsync(change: b => b.Name = "a|b");
        }

        await Tenant.BatchAsync();

        foreach (var sort in new[] { "name", "-name" })
        {
            Assert.Equal(5, (await Tenant.AllAsync($"/v1/batches?limit=2&sort={sort}")).Select(item => item.Text("id")).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("name")]
    [InlineData("ended")]
    [InlineData("created")]
    public async Task Filters_and_orders_go_together(string sort)
    {
        await Tenant.BatchAsync(state: BatchState.Finished, change: b => (b.Name, b.EndedAt) = ("one", App.Now));
        await Tenant.BatchAsync(state: BatchState.Stopped, change: b => (b.Name, b.EndedAt) = ("two", App.Now));
        await Tenant.BatchAsync(state: BatchState.Finished, change: b => (b.Name, b.EndedAt, b.CreatedAt) = ("three", App.Now, App.Now.AddDays(-9)));

        var found = await Tenant.AllAsync($"/v1/batches?state=Finished&created_after=2026-02-25T00:00:00Z&sort={sort}");

        Assert.Equal(["one"], found.Select(item => item.Text("name")));
    }

    [Theory]
    [InlineData("scheduled=true", "daily,weekly")]
    [InlineData("scheduled=false", "once")]
    [InlineData("scheduled=true&name=ly", "daily,weekly")]
    [InlineData("scheduled=true&name=week", "weekly")]
    [InlineData("scheduled=true&sort=-name", "weekly,daily")]
    public async Task Batches_with_a_schedule_are_told_from_those_without(string query, string expected)
    {
        using var other = App.NewTenant();
        foreach (var (tenant, name) in new[] { (Tenant, "daily"), (Tenant, "weekly"), (Tenant, "once"), (other, "hourly") })
        {
            var batch = await tenant.BatchAsync(change: b => (b.Name, b.CreatedAt) = (name, App.Now.AddSeconds(-name.Length)));
            if (name != "once")
            {
                await tenant.SaveAsync(db => db.Schedules.Add(new ScheduledBatch { Batch = batch.Number, BatchId = batch.CorrelationId, Tenant = tenant.Name }));
            }
        }

        var names = (await Tenant.AllAsync($"/v1/batches?limit=1&{query}")).Select(item => item.Text("name"));

        Assert.Equal(expected, string.Join(',', names));
    }

    [Fact]
    public Task What_is_neither_true_nor_false_is_refused() =>
        Tenant.RefusedAsync("/v1/batches?scheduled=1", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, "scheduled");

    [Fact]
    public async Task A_batch_is_found_by_the_code_of_a_job_that_failed_in_its_latest_run()
    {
        var now = await Tenant.BatchAsync(change: b => b.Run = 2);
        var before = await Tenant.BatchAsync(change: b => b.Run = 2);
        await Tenant.SaveAsync(db => db.Failures.AddRange(Failure(now, run: 2, "WORKER_LOST"), Failure(before, run: 1, "WORKER_LOST"), Failure(before, run: 2, "JOB_CANCELLED")));

        Assert.Equal([now.CorrelationId.ToString("D")], await FoundAsync("error_code=WORKER_LOST"));
        Assert.Equal([before.CorrelationId.ToString("D")], await FoundAsync("error_code=JOB_CANCELLED"));
        Assert.Empty(await FoundAsync("error_code=JOB_CANCELLED&state=Running"));
        Assert.Empty(await FoundAsync("error_code=UPSTREAM_STATUS"));
    }

    [Fact]
    public async Task A_code_that_many_batches_have_is_looked_for_along_the_list()
    {
        var batches = new List<Batch>();
        for (var i = 0; i < 3; i++)
        {
            batches.Add(await Tenant.BatchAsync(change: b => (b.Run, b.Name) = (1, $"batch {i}")));
        }

        await Tenant.SaveAsync(db =>
        {
            db.Failures.AddRange(Failure(batches[0], 1, "MANY"), Failure(batches[2], 1, "MANY"));
            db.Failures.AddRange(Enumerable.Range(1, 600).Select(run => new Failure { Batch = -1, Run = run, Code = "MANY", Tenant = Tenant.Name }));
        });

        Assert.Equal(["batch 2", "batch 0"], (await Tenant.AllAsync("/v1/batches?error_code=MANY&limit=1")).Select(item => item.Text("name")));
        Assert.Equal(["batch 0"], (await Tenant.AllAsync("/v1/batches?error_code=MANY&name=H%200")).Select(item => item.Text("name")));
    }

    [Fact]
    public async Task Only_an_admin_sees_batches_of_other_tenants()
    {
        using var other = App.NewTenant();
        var theirs = await other.BatchAsync(change: b => b.CreatedAt = App.Now.AddYears(1));
        var ours = await Tenant.BatchAsync(change: b => b.CreatedAt = App.Now.AddYears(1));
        await Tenant.RefusedAsync($"/v1/batches?tenant={other.Name}", HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        await Tenant.RefusedAsync("/v1/batches?tenant=*", HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        Assert.Equal([ours.CorrelationId.ToString("D")], await FoundAsync($"tenant={Tenant.Name}"));

        Tenant.MakeAdmin();

        Assert.Equal([theirs.CorrelationId.ToString("D")], await FoundAsync($"tenant={other.Name}"));
        Assert.Equal([ours.CorrelationId.ToString("D")], await FoundAsync(""));
        Assert.Equal([ours.CorrelationId.ToString("D"), theirs.CorrelationId.ToString("D")], (await FoundAsync("tenant=*")).Take(2));
        await Tenant.RefusedAsync("/v1/batches?tenant=*&sort=name", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, "sort");
    }

    private async Task<IEnumerable<string?>> FoundAsync(string query) => (await Tenant.GetAsync($"/v1/batches?{query}")).Items().Select(item => item.Text("id"));

    private Failure Failure(Batch batch, int run, string code) => new() { Batch = batch.Number, Run = run, Code = code, Tenant = Tenant.Name };
}
