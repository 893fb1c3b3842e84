using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Prolific;

/// <summary>A dataset becomes tasks, and the tasks run.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SetupTests(DialectHost host)
{
    private readonly ProlificClient _client = new(host.Client);

    [Fact]
    public async Task Each_datapoint_becomes_a_task_with_the_rows_fields_and_the_tasks_details()
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());

        var setup = await _client.SetUpAsync(batch, """{"tasks_per_group":2}""");
        await Eventually.Equal("READY", () => _client.StatusAsync(batch));

        Assert.Equal((202, ""), (setup.Status, setup.Text));
        var ready = await _client.BatchAsync(batch);
        Assert.Equal((3, 2, 3, 2), ((int)ready["total_task_count"]!, (int)ready["total_task_groups"]!, (int)ready["total_instruction_count"]!, (int)ready["tasks_per_group"]!));
        Assert.Equal(("cats.csv", 3), ((string?)ready["datasets"]![0]!["filename"], (int)ready["datasets"]![0]!["total_datapoint_count"]!));
        var jobs = (await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{batch}/jobs")).Json["items"]!.AsArray();
        Assert.Equal(["group-1", "group-1", "group-2"], jobs.Select(job => (string?)job!["custom_id"]));
        Assert.Equal(("prolific", "task"), ((string?)jobs[1]!["namespace"], (string?)jobs[1]!["action"]));
        // What looks like a placeholder in a client's own HTML is none.
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"name":"Ti,ger","image":"https://cats.example/2.png","task_name":"Cats","task_introduction":"<p>Look &amp; say</p>","task_steps":"<ol><li>{{name}}?</li></ol>"}"""),
            jobs[1]!["params"]));
    }

    [Fact]
    public async Task The_tasks_run_and_their_answers_are_shown()
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());
        await _client.ReadyAsync(batch);
        await Eventually.Equal("Finished", async () => (string?)(await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{batch}")).Json["state"]);

        var (tasks, responses) = ((await _client.GetAsync($"/batches/{batch}/tasks")).Json.AsArray(), (await _client.GetAsync($"/batches/{batch}/responses")).Json);

        Assert.Equal("READY", await _client.StatusAsync(batch));
        Assert.Equal(3, (int)responses["meta"]!["count"]!);
        Assert.Equal(tasks.Select(task => (string?)task), responses["results"]!.AsArray().Select(response => (string?)response!["task_id"]));
        Shape.Fits(
            """
            {
              "id": "1", "created_at": "2026-01-01T00:00:00Z", "batch_id": "1", "participant_id": "1", "task_id": "1", "correlation_id": null,
              "submission_id": "1", "metadata": null, "response": { "instruction_id": "1", "type": "free_text", "answer": [{ "value": "Agree" }] }, "schema_version": 4
            }
            """,
            responses["results"]![0]!);
        Assert.Equal("""["group-1","group-2","group-3"]""", (await _client.GetAsync($"/batches/{batch}/task-groups")).Text);
    }

    [Fact]
    public async Task A_report_is_a_file_behind_an_address_that_needs_no_key()
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());
        await _client.ReadyAsync(batch);
        await Eventually.Equal("Finished", async () => (string?)(await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{batch}")).Json["state"]);

        var report = (await _client.GetAsync($"/batches/{batch}/report/")).Json;

        Assert.Equal("GET", (string?)report["http_method"]);
        Assert.True(DateTimeOffset.Parse((string)report["expires_at"]!, System.Globalization.CultureInfo.InvariantCulture) > DateTimeOffset.UnixEpoch);
        Assert.StartsWith(host.Client.BaseAddress!.ToString(), (string)report["url"]!, StringComparison.Ordinal);
        var file = await host.Client.AskAsync(HttpMethod.Get, (string)report["url"]!);
        Assert.Equal((200, "text/csv", 4), (file.Status, file.ContentType, file.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Fact]
    public async Task The_dataset_may_be_named_by_the_setup()
    {
        var (batch, dataset) = (await _client.CreateAsync(), await _client.FilledDatasetAsync("""{"text":"a"}""" + "\n", "a.jsonl"));

        var ready = await _client.ReadyAsync(batch, $$"""{"dataset_id":"{{dataset}}"}""");

        Assert.Equal((dataset, 1), ((string?)ready["datasets"]![0]!["id"], (int)ready["total_task_count"]!));
    }

    [Theory]
    [InlineData("""{"tasks_per_group":0}""")]
    [InlineData("""{"tasks_per_group":"2"}""")]
    [InlineData("""{"dataset_id":"cats"}""")]
    [InlineData("""{"dataset_id":"00000000-0000-0000-0000-000000000001"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_setup_that_cannot_be_understood_is_refused(string body)
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());
        ProlificClient.Refused(400, await _client.SetUpAsync(batch, body));
        Assert.Equal("UNINITIALISED", await _client.StatusAsync(batch));
    }

    [Fact]
    public async Task A_setup_needs_a_dataset_that_is_ready()
    {
        ProlificClient.Refused(400, await _client.SetUpAsync(await _client.CreateAsync()));
        ProlificClient.Refused(400, await _client.SetUpAsync(await _client.CreateAsync(await _client.CreateDatasetAsync())));
    }

    [Fact]
    public async Task A_second_setup_is_refused()
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());
        await _client.ReadyAsync(batch);

        ProlificClient.Refused(400, await _client.SetUpAsync(batch));

        Assert.Equal(3, (int)(await _client.BatchAsync(batch))["total_task_count"]!);
    }

    [Fact]
    public async Task Of_setups_that_meet_one_is_taken()
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());

        var statuses = (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _client.SetUpAsync(batch)))).Select(reply => reply.Status).Order();

        Assert.Equal([202, 400, 400, 400, 400, 400], statuses);
        await Eventually.Equal("READY", () => _client.StatusAsync(batch));
        Assert.Equal(3, (int)(await _client.BatchAsync(batch))["total_task_count"]!);
    }

    [Fact]
    public async Task A_patch_of_a_ready_batch_changes_what_is_shown_and_nothing_else()
    {
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync());
        await _client.ReadyAsync(batch);
        var before = (await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{batch}/jobs")).Json["items"]![0]!["params"]!.ToJsonString();

        var reply = await _client.AskAsync(HttpMethod.Patch, $"/batches/{batch}", """{"name":"Dogs","task_details":{"task_name":"x","task_introduction":"y","task_steps":"z"}}""");

        Assert.Equal((200, "Dogs", "READY", 3), (reply.Status, (string?)reply.Json["name"], (string?)reply.Json["status"], (int)reply.Json["total_task_count"]!));
        Assert.Equal(before, (await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{batch}/jobs")).Json["items"]![0]!["params"]!.ToJsonString());
    }

    [Fact]
    public async Task Patches_of_different_members_that_meet_both_count()
    {
        var batch = await _client.CreateAsync();

        await Task.WhenAll(
            _client.AskAsync(HttpMethod.Patch, $"/batches/{batch}", """{"name":"Dogs"}"""),
            _client.AskAsync(HttpMethod.Patch, $"/batches/{batch}", """{"auto_sync_enabled":true}"""));

        var after = await _client.BatchAsync(batch);
        Assert.Equal(("Dogs", true), ((string?)after["name"], (bool)after["auto_sync_enabled"]!));
    }

    [Fact]
    public async Task Datapoints_that_make_no_task_are_an_error_that_another_dataset_mends()
    {
        var huge = $$"""{"text":"{{new string('x', (256 * 1024) - 100)}}"}""" + "\n";
        var batch = await _client.CreateAsync(await _client.FilledDatasetAsync(huge, "huge.jsonl"));
        await _client.SetUpAsync(batch);
        await Eventually.Equal("ERROR", () => _client.StatusAsync(batch));
        Assert.Equal(0, (int)(await _client.BatchAsync(batch))["total_task_count"]!);

        await _client.AskAsync(HttpMethod.Patch, $"/batches/{batch}", $$"""{"dataset_id":"{{await _client.FilledDatasetAsync()}}"}""");

        Assert.Equal(3, (int)(await _client.ReadyAsync(batch))["total_task_count"]!);
    }
}
