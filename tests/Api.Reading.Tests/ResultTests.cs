using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class ResultOnSqliteTests(SqliteApp app) : ResultTests<SqliteApp>(app);

public sealed class ResultOnPostgresTests(PostgresApp app) : ResultTests<PostgresApp>(app);

public abstract class ResultTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task Results_come_in_order_of_index_whatever_arrived_first()
    {
        var batch = await FinishedAsync(jobs: 3, Tenant.Completed(2), Tenant.Failed(0), Tenant.Completed(1));

        var results = (await Tenant.GetAsync($"{Path(batch)}?format=json")).EnumerateArray().ToArray();

        Assert.Equal([0, 1, 2], results.Indexes());
        Assert.Equal(["Failed", "Completed", "Completed"], results.Select(result => result.Text("state")));
    }

    [Fact]
    public async Task A_result_has_every_member_of_its_shape()
    {
        var batch = await FinishedAsync(jobs: 2, Tenant.Completed(0, """{ "big":1e400 }"""), Tenant.Failed(1, ErrorCodes.UpstreamTimeout, status: 0));

        var lines = (await Tenant.TextAsync($"{Path(batch)}?format=ndjson")).Split('\n');

        Assert.Equal(
            """{"index":0,"custom_id":null,"namespace":"event","action":"invite","params":{"n":0},"state":"Completed","status_code":200,"response":{ "big":1e400 },"error":null,"attempts":1,"duration_ms":12,"completed_at":"2026-03-01T12:00:00Z"}""",
            lines[0]);
        Assert.Equal(
            """{"index":1,"custom_id":null,"namespace":"event","action":"invite","params":{"n":1},"state":"Failed","status_code":null,"response":null,"error":{"code":"UPSTREAM_TIMEOUT","message":"Job 1 failed."},"attempts":3,"duration_ms":34,"completed_at":"2026-03-01T12:00:00Z"}""",
            lines[1]);
        Assert.Equal("", lines[2]);
    }

    [Fact]
    public async Task Line_breaks_inside_stored_json_do_not_break_lines()
    {
        var batch = await Tenant.BatchAsync(state: BatchState.Finished, change: b => (b.Run, b.Total, b.NextIndex) = (1, 1, 1));
        await Tenant.JobsAsync(batch, [Tenant.Job(0, "{\r\n  \"n\": \"a\\nb\"\n}", customId: "Größe \"1\"")]);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Completed(0, "[\n1,\n2]"));

        var line = Assert.Single(Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson")));
        var array = await Tenant.TextAsync($"{Path(batch)}?format=json");

        Assert.Equal(("a\nb", 2, "Größe \"1\""), (line.GetProperty("params").Text("n"), line.GetProperty("response").GetArrayLength(), line.Text("custom_id")));
        Assert.Contains("{\r\n  \"n\": \"a\\nb\"\n}", array, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state=Completed", new[] { 0, 2 })]
    [InlineData("state=failed", new[] { 1, 3 })]
    [InlineData("after=1", new[] { 2, 3 })]
    [InlineData("after=0&state=Failed", new[] { 1, 3 })]
    [InlineData("after=3", new int[0])]
    [InlineData("after=1048576", new int[0])]
    public async Task Results_are_filtered_and_resumed(string query, int[] expected)
    {
        var batch = await FinishedAsync(jobs: 4, Tenant.Completed(0), Tenant.Failed(1), Tenant.Completed(2), Tenant.Failed(3));

        Assert.Equal(expected, Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&{query}")).Indexes());
    }

    [Fact]
    public async Task A_download_in_order_of_arrival_is_resumed_after_a_position()
    {
        var batch = await FinishedAsync(jobs: 4, Tenant.Completed(3), Tenant.Failed(1), Tenant.Completed(0), Tenant.Completed(2));

        var all = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival"));
        var rest = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival&after={all[1].Text("position")}"));
        var none = await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival&after={all[3].Text("position")}");

        Assert.Equal([3, 1, 0, 2], all.Indexes());
        Assert.Equal([0, 2], rest.Indexes());
        Assert.Equal("", none);
    }

    [Fact]
    public async Task What_arrives_later_is_found_after_the_last_position()
    {
        var batch = await Tenant.BatchAsync(jobs: 3, BatchState.Running, b => b.Run = 1);
        var run = await Tenant.RunAsync(batch);
        await Tenant.OutcomesAsync(run, Tenant.Completed(2));
        var seen = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival")).Single();
        await Tenant.OutcomesAsync(run, Tenant.Completed(0), Tenant.Completed(1));

        var news = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival&after={seen.Text("position")}"));

        Assert.Equal([0, 1], news.Indexes());
    }

    [Fact]
    public async Task Retries_overlay_the_results_of_the_run_that_they_retry()
    {
        var batch = await RetriedAsync();

        var overlaid = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson"));
        var arrived = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival"));
        var resumed = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order=arrival&after=1.3"));

        // Job 3's retry is not over, so it has no result.
        Assert.Equal([(0, "Completed"), (1, "Failed"), (2, "Completed")], overlaid.Select(line => (line.Int("index"), line.Text("state")!)));
        Assert.Equal(["1.1", "1.2", "1.3", "1.4", "2.1", "2.2"], arrived.Select(line => line.Text("position")));
        Assert.Equal([3, 2, 1, 0, 2, 1], arrived.Indexes());
        Assert.Equal(["1.4", "2.1", "2.2"], resumed.Select(line => line.Text("position")));
    }

    [Theory]
    [InlineData(1, new[] { "0 Completed", "1 Failed", "2 Failed", "3 Failed" })]
    [InlineData(2, new[] { "1 Failed", "2 Completed" })]
    public async Task The_results_of_one_run_stand_alone(int run, string[] expected)
    {
        var batch = await RetriedAsync();

        var lines = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson&run={run}"));

        Assert.Equal(expected, lines.Select(line => $"{line.Int("index")} {line.Text("state")}"));
    }

    [Fact]
    public async Task A_run_sees_the_jobs_of_its_own_revision()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Finished, b => (b.Run, b.Recurring) = (1, true));
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Completed(0));
        await Tenant.SaveAsync(db =>
        {
            var job = db.Jobs.Single(each => each.Batch == batch.Number);
            job.RemovedRev = 2;
            db.Jobs.Update(job);
            batch.Revision = 2;
            db.Batches.Update(batch);
        });
        await Tenant.JobsAsync(batch, [Tenant.Job(0, """{"new":true}""")], revision: 2);

        var line = Assert.Single(Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson")));

        Assert.Equal(0, line.GetProperty("params").Int("n"));
    }

    [Fact]
    public async Task Statistics_that_know_only_older_batches_do_not_slow_a_download_down()
    {
        // The older batch must be all that the statistics know.
        await Tenant.WriteAsync(db => db.Jobs.ExecuteDeleteAsync());
        await Tenant.WriteAsync(db => db.Outcomes.ExecuteDeleteAsync());
        const int Jobs = 60_000;
        await FinishedAsync(Jobs, [.. Enumerable.Range(0, Jobs).Select(index => Tenant.Completed(index))]);
        await Tenant.WriteAsync(db => db.Database.ExecuteSqlRawAsync("ANALYZE"));
        var batch = await FinishedAsync(Jobs, [.. Enumerable.Range(0, Jobs).Select(index => Tenant.Completed(index))]);
        Tenant.Client.Timeout = TimeSpan.FromSeconds(20);

        var lines = Json.Lines(await Tenant.TextAsync($"{Path(batch)}?format=ndjson"));

        Assert.Equal(Enumerable.Range(0, Jobs), lines.Indexes());
    }

    [Theory]
    [InlineData("json", "[]\n")]
    [InlineData("ndjson", "")]
    [InlineData("csv", "index,custom_id,namespace,action,params,state,status_code,response,error_code,error_message,attempts,duration_ms,completed_at\r\n")]
    public async Task A_batch_that_never_ran_has_no_results(string format, string expected)
    {
        var batch = await Tenant.BatchAsync(jobs: 2);

        Assert.Equal(expected, await Tenant.TextAsync($"{Path(batch)}?format={format}"));
        Assert.Equal(expected.Replace("completed_at", "completed_at,position", StringComparison.Ordinal), await Tenant.TextAsync($"{Path(batch)}?format={format}&order=arrival"));
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/csv", "text/csv")]
    [InlineData("application/x-ndjson", "application/x-ndjson")]
    [InlineData("application/jsonl", "application/x-ndjson")]
    [InlineData("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson")]
    [InlineData("image/png", "application/json")]
    public async Task Without_a_format_the_accept_header_decides(string? accept, string expected)
    {
        var batch = await FinishedAsync(jobs: 1, Tenant.Completed(0));
        using var request = new HttpRequestMessage(HttpMethod.Get, Path(batch));
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await Tenant.Client.SendAsync(request);

        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("format=xml", "format")]
    [InlineData("order=random", "order")]
    [InlineData("state=Pending", "state")]
    [InlineData("state=Done", "state")]
    [InlineData("run=0", "run")]
    [InlineData("run=first", "run")]
    [InlineData("after=-1", "after")]
    [InlineData("after=1.1", "after")]
    [InlineData("order=arrival&after=1", "after")]
    [InlineData("order=arrival&after=1.2147483647", "after")]
    [InlineData("order=arrival&after=2.1", "after")]
    public async Task A_parameter_that_cannot_be_understood_is_named(string query, string parameter)
    {
        var batch = await FinishedAsync(jobs: 1, Tenant.Completed(0));

        await Tenant.RefusedAsync($"{Path(batch)}?{query}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, parameter);
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_404()
    {
        var batch = await FinishedAsync(jobs: 1, Tenant.Completed(0));

        await Tenant.RefusedAsync($"{Path(batch)}?run=2", HttpStatusCode.NotFound, ErrorCodes.RunNotFound);
    }

    private static string Path(Batch batch) => $"/v1/batches/{batch.CorrelationId}/results";

    private async Task<Batch> FinishedAsync(int jobs, params PackedOutcome[] outcomes)
    {
        var batch = await Tenant.BatchAsync(jobs, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), outcomes);
        return batch;
    }

    // Jobs 1 to 3 failed and are retried: 1 failed again, 2 completed, 3 is not over.
    private async Task<Batch> RetriedAsync()
    {
        var batch = await Tenant.BatchAsync(jobs: 4, BatchState.Running, b => b.Run = 2);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Failed(3), Tenant.Failed(2), Tenant.Failed(1), Tenant.Completed(0));
        var retry = await Tenant.RunAsync(batch, number: 2, root: 1, run => run.Total = 3);
        await Tenant.OutcomesAsync(retry, Tenant.Completed(2), Tenant.Failed(1));
        return batch;
    }
}
