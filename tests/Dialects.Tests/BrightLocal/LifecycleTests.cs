using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>Stopping, deleting, failing, and being told of the end.</summary>
[Collection(nameof(OnePlatform))]
public sealed class LifecycleTests(DialectHost host)
{
    private static readonly (string, string)[] Nowhere = [("profile-url", "https://nowhere.invalid.example.invalid/"), ("country", "USA")];
    private readonly BrightLocalClient _client = new(host.Client);

    [Fact]
    public async Task A_failed_job_has_no_results_and_the_others_go_on()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch, "ld/fetch-reviews", Nowhere);
        await _client.AddAsync(batch);
        await _client.CommitAsync(batch);

        var results = await _client.EndedAsync(batch);

        var jobs = results["results"]!["LdFetchReviews"]!.AsArray();
        Assert.Equal(["Failed", "Completed"], jobs.Select(job => (string?)job!["status"]));
        Assert.Empty(jobs[0]!["results"]!.AsArray());
        Assert.Equal("""{"Completed":1,"Failed":1}""", results["statuses"]!.ToJsonString());
    }

    [Fact]
    public async Task Stop_on_job_error_stops_the_batch()
    {
        var batch = await _client.CreateAsync(("stop-on-job-error", "1"));
        await _client.AddAsync(batch, "ld/fetch-reviews", Nowhere);
        await _client.CommitAsync(batch);

        var results = await _client.EndedAsync(batch, "Stopped");

        Assert.Equal("""{"Failed":1}""", results["statuses"]!.ToJsonString());
    }

    [Fact]
    public async Task A_committed_batch_is_stopped_and_its_jobs_stay_pending()
    {
        var batch = await HeldAsync();

        Assert.Equal("Committed", (string?)(await _client.ResultsAsync(batch)).Json["status"]);
        Assert.Equal("""200 {"success":true}""", (await _client.StopAsync(batch)).ToString());

        var results = await _client.EndedAsync(batch, "Stopped");
        Assert.Equal("""{"Pending":1}""", results["statuses"]!.ToJsonString());
    }

    [Fact]
    public async Task A_batch_is_not_shown_as_stopped_while_a_job_is_in_flight()
    {
        await using var calls = await HeldCalls.StartAsync(host);
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch);
        await _client.CommitAsync(batch);
        await calls.BegunAsync();

        Assert.Equal(200, (await _client.StopAsync(batch)).Status);

        Assert.Equal("Stopped", (string?)(await host.NativeBatchAsync(long.Parse(batch)))["state"]);
        Assert.Equal("Running", (string?)(await _client.ResultsAsync(batch)).Json["status"]);
        calls.LetGo();
        Assert.Equal("""{"Completed":1}""", (await _client.EndedAsync(batch, "Stopped"))["statuses"]!.ToJsonString());
    }

    [Fact]
    public async Task What_does_not_run_is_not_stopped()
    {
        var reply = await _client.StopAsync(await _client.CreateAsync());

        Assert.Equal((400, "BATCH_NOT_RUNNING"), (reply.Status, reply.Json["errors"]!.AsObject().Single().Key));
    }

    [Fact]
    public async Task A_batch_that_runs_is_deleted_all_the_same()
    {
        var batch = await HeldAsync();

        Assert.Equal("""200 {"success":true}""", (await _client.DeleteAsync(batch)).ToString());
        Assert.Equal(404, (await _client.ResultsAsync(batch)).Status);
    }

    [Fact]
    public async Task It_can_be_read_natively()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch);
        await _client.CommitAsync(batch);
        await _client.EndedAsync(batch);

        var native = await host.NativeBatchAsync(long.Parse(batch));
        var results = await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{native["id"]}/results");

        Assert.Equal("Finished", (string?)native["state"]);
        var result = results.Json.AsArray().Single()!;
        Assert.Equal(("brightlocal", "ld/fetch-reviews", "Completed"), ((string?)result["namespace"], (string?)result["action"], (string?)result["state"]));
    }

    [Fact]
    public async Task It_can_be_renamed_natively_although_its_callback_goes_by_http()
    {
        var batch = await _client.CreateAsync(("callback", "http://example.callback.url.com/"));
        var native = await host.NativeBatchAsync(long.Parse(batch));

        var renamed = await host.Native.AskAsync(HttpMethod.Patch, $"/v1/batches/{native["id"]}", Http.Json("""{"name":"Mine"}"""));
        var moved = await host.Native.AskAsync(HttpMethod.Patch, $"/v1/batches/{native["id"]}", Http.Json("""{"callback":{"url":"http://example.com/"}}"""));

        Assert.Equal((200, "Mine"), (renamed.Status, (string?)renamed.Json["name"]));
        Assert.Equal((422, "INVALID_CALLBACK"), (moved.Status, (string?)moved.Json["code"]));
    }

    [Fact]
    public async Task The_callback_is_a_form_with_the_results_as_json()
    {
        var (batch, received) = await CalledBackAsync();

        var form = QueryHelpers.ParseQuery(received.Body);
        Assert.StartsWith("application/x-www-form-urlencoded", received.ContentType, StringComparison.Ordinal);
        Assert.Equal((batch, "Finished"), (form["batch-id"].ToString(), form["status"].ToString()));
        Assert.True(JsonNode.DeepEquals((await _client.ResultsAsync(batch)).Json["results"], JsonNode.Parse(form["results"].ToString())), received.Body);
        Assert.Equal(3, form.Count);
        Assert.False(received.IsSigned);
    }

    [Fact]
    public async Task The_callback_is_json_when_that_is_asked_for()
    {
        var (batch, received) = await CalledBackAsync(("callback_request_format", "json"));

        var expected = new JsonObject
        {
            ["batch-id"] = batch,
            ["status"] = "Finished",
            ["results"] = (await _client.ResultsAsync(batch)).Json["results"]!.DeepClone(),
        };
        Assert.StartsWith("application/json", received.ContentType, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(received.Body)), received.Body);
    }

    private async Task<(string Batch, Received Received)> CalledBackAsync(params (string, string)[] inputs)
    {
        await using var receiver = await Receiver.StartAsync();
        var batch = await _client.CreateAsync([("callback", receiver.Url), .. inputs]);
        await _client.AddAsync(batch);
        await _client.AddAsync(batch, "seo/offsite");
        await _client.AddAsync(batch, "ld/fetch-reviews", Nowhere);
        await _client.CommitAsync(batch);
        return (batch, (await receiver.ReceiveAsync(1))[0]);
    }

    // Committed, and paused so that nothing of it begins.
    private async Task<string> HeldAsync()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch);
        var native = await host.NativeBatchAsync(long.Parse(batch));
        await host.Native.AskAsync(HttpMethod.Post, $"/v1/batches/{native["id"]}/pause");
        await _client.CommitAsync(batch);
        return batch;
    }
}
