using System.Net;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests.Datasets;

/// <summary>One job is made from each row of a dataset.</summary>
public sealed class ExpansionTests(ApiApp app) : IClassFixture<ApiApp>
{
    private readonly HttpClient _client = app.Client;

    [Fact]
    public async Task Each_row_becomes_a_job()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync("id,city\r\n7,Bern\r\n8,Genf\r\n", DatasetHttp.Csv));

        var accepted = await _client.ExpandAsync(batch, dataset, """{"namespace":"bench","action":"noop","params":{"q":"in {{city}}"},"custom_id":"{{id}}"}""");

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Equal(($"/v1/batches/{batch}/expansions/{accepted.Id}", 2), ((string?)accepted.Body!["links"]!["self"], (int)accepted.Body["rows"]!));
        var done = await EndAsync(accepted);
        Assert.Equal(("Completed", 2, null), ((string?)done["state"], (int)done["staged"]!, done["error"]));
        var jobs = await app.JobsAsync(batch);
        Assert.Equal(["""{"q":"in Bern"}""", """{"q":"in Genf"}"""], jobs.Select(job => job.Params));
        Assert.Equal(["7", "8"], jobs.Select(job => job.CustomId));
        Assert.DoesNotContain(app.Lifecycle.Commands, command => command is CommitBatch && command.BatchId == batch);
    }

    [Fact]
    public async Task Many_rows_are_added_at_once_after_the_jobs_that_were_there()
    {
        var batch = await _client.CreateAsync();
        await _client.UploadAsync(batch, Http.Lines(3));

        await EndAsync(await _client.ExpandAsync(batch, await _client.FilledDatasetAsync(DatasetHttp.Rows(12_345))));

        var jobs = await app.JobsAsync(batch);
        Assert.Equal(Enumerable.Range(0, 12_348), jobs.Select(job => job.Index));
        Assert.Equal(("""{"n":1}""", """{"n":12345}"""), (jobs[3].Params, jobs[^1].Params));
        Assert.Equal(2, app.Lifecycle.Commands.Count(command => command is AcceptAppend && command.BatchId == batch));
    }

    [Fact]
    public async Task The_batch_is_committed_afterwards_if_that_was_asked_for()
    {
        var batch = await _client.CreateAsync();
        await EndAsync(await _client.ExpandAsync(batch, await _client.FilledDatasetAsync(DatasetHttp.Rows(2)), commit: true));
        Assert.Equal([typeof(CreateBatch), typeof(AcceptAppend), typeof(CommitBatch)], app.Lifecycle.Commands.Where(command => command.BatchId == batch).Select(command => command.GetType()));
    }

    [Fact]
    public async Task Rows_that_make_no_job_are_told_by_number_and_nothing_is_added()
    {
        var batch = await _client.CreateAsync();
        var dataset = await _client.FilledDatasetAsync("{\"n\":1,\"country\":\"ch\"}\n{\"n\":2}\n{\"n\":3,\"country\":{\"a\":1}}\n");

        var failed = await EndAsync(await _client.ExpandAsync(batch, dataset, """{"namespace":"places","action":"lookup","params":{"country":"{{country}}"}}""", commit: true));

        Assert.Equal(("Failed", "INVALID_JOB"), ((string?)failed["state"], (string?)failed["error"]!["code"]));
        Assert.Equal(["2 INVALID_JOB", "3 PARAMS_DO_NOT_FIT"], failed["error"]!["errors"]!.AsArray().Select(error => $"{error!["line"]} {error["code"]}"));
        await app.NothingIsLeftAsync(batch);
        Assert.DoesNotContain(app.Lifecycle.Commands, command => command is CommitBatch && command.BatchId == batch);
    }

    [Fact]
    public async Task A_dataset_that_is_replaced_meanwhile_is_expanded_as_it_was()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync(DatasetHttp.Rows(2)));
        // Another upload of jobs keeps the expansion waiting.
        using var first = new GatedContent();
        var uploading = _client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", first);
        await Eventually.True(() => app.ReadAsync(db => Task.FromResult(db.Appends.Any(append => append.BatchId == batch))));
        var accepted = await _client.ExpandAsync(batch, dataset);

        await _client.FillAsync(dataset, DatasetHttp.Rows(50));
        await _client.SendAsync(HttpMethod.Delete, $"/v1/datasets/{dataset}");
        first.Send(Http.Lines(1));
        first.End();

        Assert.Equal("Completed", (string?)(await EndAsync(accepted))["state"]);
        Assert.Equal(3, (await app.JobsAsync(batch)).Count);
        await uploading;
    }

    [Fact]
    public async Task A_repeated_request_expands_once()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync(DatasetHttp.Rows(2)));
        var first = await _client.ExpandAsync(batch, dataset, idempotencyKey: "expand-once");
        await EndAsync(first);

        var again = await _client.ExpandAsync(batch, dataset, idempotencyKey: "expand-once");

        Assert.Equal((first.Id, HttpStatusCode.Accepted, first.Message.Headers.Location), (again.Id, again.Status, again.Message.Headers.Location));
        Assert.Equal(2, (await app.JobsAsync(batch)).Count);
    }

    [Fact]
    public async Task A_committed_batch_takes_no_rows()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync(DatasetHttp.Rows(2)));
        await _client.UploadAsync(batch, Http.Lines(1));
        await _client.PostAsync($"/v1/batches/{batch}/commit");
        (await _client.ExpandAsync(batch, dataset)).IsProblem(409, "BATCH_ALREADY_COMMITTED");
    }

    [Fact]
    public async Task A_batch_that_is_committed_before_the_jobs_come_in_refuses_them()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync(DatasetHttp.Rows(2)));
        app.Lifecycle.Refuse = command => command is AcceptAppend && command.BatchId == batch ? FakeLifecycle.Refused(command, "BATCH_ALREADY_COMMITTED") : null;

        var failed = await EndAsync(await _client.ExpandAsync(batch, dataset));

        app.Lifecycle.Refuse = _ => null;
        Assert.Equal(("Failed", "BATCH_ALREADY_COMMITTED"), ((string?)failed["state"], (string?)failed["error"]!["code"]));
        Assert.Empty(await app.JobsAsync(batch));
    }

    [Theory]
    [InlineData("""{"template":{"namespace":"bench","action":"noop"}}""", 400, "INVALID_JSON")]
    [InlineData("""{"dataset":"DATASET"}""", 422, "INVALID_FIELD")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"bench","action":"noop"},"colour":1}""", 422, "INVALID_FIELD")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"nobody","action":"noop"}}""", 422, "UNKNOWN_NAMESPACE")]
    [InlineData("""{"dataset":"DATASET","template":{}}""", 422, "UNKNOWN_NAMESPACE")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"bench","action":"fly"}}""", 422, "UNKNOWN_ACTION")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"bench","action":"noop","params":[1]}}""", 422, "INVALID_TEMPLATE")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"bench","action":"noop","params":{"a":"{{}}"}}}""", 422, "INVALID_TEMPLATE")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"bench","action":"noop","params":{"a":"\ud800"}}}""", 422, "INVALID_TEMPLATE")]
    [InlineData("""{"dataset":"DATASET","template":{"namespace":"bench","action":"noop","group_size":0}}""", 422, "INVALID_TEMPLATE")]
    [InlineData("""{"dataset":"nothing","template":{"namespace":"bench","action":"noop"}}""", 404, "DATASET_NOT_FOUND")]
    [InlineData("""{"dataset":"DATASET","template":""", 400, "INVALID_JSON")]
    public async Task What_cannot_be_expanded_is_refused_at_once(string body, int status, string code)
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync(DatasetHttp.Rows(1)));
        (await _client.PostAsync($"/v1/batches/{batch}/jobs", body.Replace("DATASET", $"{dataset}", StringComparison.Ordinal))).IsProblem(status, code);
        await app.NothingIsLeftAsync(batch);
    }

    [Fact]
    public async Task An_empty_dataset_cannot_be_expanded() =>
        (await _client.ExpandAsync(await _client.CreateAsync(), await _client.CreateDatasetAsync())).IsProblem(409, "DATASET_NOT_READY");

    [Fact]
    public async Task Another_tenants_dataset_cannot_be_expanded()
    {
        var stranger = app.NewClient(await app.AddKeyAsync("expander", "expander", "read write"));
        var dataset = await stranger.FilledDatasetAsync(DatasetHttp.Rows(1));
        var batch = await _client.CreateAsync();

        (await _client.ExpandAsync(batch, dataset)).IsProblem(404, "DATASET_NOT_FOUND");
        (await stranger.ExpandAsync(batch, dataset)).IsProblem(404, "BATCH_NOT_FOUND");
    }

    [Fact]
    public async Task An_expansion_is_found_under_its_batch_only()
    {
        var (batch, other) = (await _client.CreateAsync(), await _client.CreateAsync());
        var accepted = await _client.ExpandAsync(batch, await _client.FilledDatasetAsync(DatasetHttp.Rows(1)));

        (await _client.SendAsync(HttpMethod.Get, $"/v1/batches/{other}/expansions/{accepted.Id}")).IsProblem(404, "EXPANSION_NOT_FOUND");
        (await _client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch}/expansions/17")).IsProblem(404, "EXPANSION_NOT_FOUND");
        (await _client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch}/expansions/{Guid.NewGuid()}")).IsProblem(404, "EXPANSION_NOT_FOUND");
    }

    [Theory]
    [InlineData("\uFEFF  \r\n[")]
    [InlineData("[")]
    public async Task A_json_array_is_still_an_upload(string begin)
    {
        var batch = await _client.CreateAsync();
        Assert.Equal(HttpStatusCode.Created, (await _client.UploadAsync(batch, $"{begin}{Http.Job}]", "application/json")).Status);
    }

    [Fact]
    public async Task An_object_may_be_packed_and_begin_with_blanks()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync(DatasetHttp.Rows(1)));
        using var packed = Http.Bytes(Http.Gzip($$$"""   {"dataset":"{{{dataset}}}","template":{"namespace":"bench","action":"noop"}}"""), "application/json");
        packed.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(HttpStatusCode.Accepted, (await _client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", packed)).Status);
    }

    private async Task<JsonNode> EndAsync(Reply accepted)
    {
        await Eventually.True(async () => (await _client.ExpansionAsync(accepted))["ended_at"] is not null);
        return await _client.ExpansionAsync(accepted);
    }
}
