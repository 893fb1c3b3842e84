using System.Globalization;

namespace BatchPlatform.Dialects.Tests.Prolific;

/// <summary>Batches are created, listed, copied and refused.</summary>
[Collection(nameof(OnePlatform))]
public sealed class BatchTests(DialectHost host)
{
    private readonly ProlificClient _client = new(host.Client);

    [Fact]
    public async Task A_new_batch_is_uninitialised()
    {
        var reply = await _client.AskAsync(HttpMethod.Post, "/batches", $$"""{"name":"Cats","workspace_id":"w1","task_details":{{ProlificClient.Details}},"dataset_id":null}""");

        Assert.Equal(201, reply.Status);
        Assert.Equal(("Cats", "UNINITIALISED", "w1", 4, "admin"), ((string?)reply.Json["name"], (string?)reply.Json["status"], (string?)reply.Json["workspace_id"], (int)reply.Json["schema_version"]!, (string?)reply.Json["created_by"]));
        Assert.Equal((0, 0, 0, 0), (reply.Json["datasets"]!.AsArray().Count, (int)reply.Json["total_task_count"]!, (int)reply.Json["total_task_groups"]!, (int)reply.Json["total_instruction_count"]!));
        Assert.True(DateTimeOffset.TryParse((string?)reply.Json["created_at"], CultureInfo.InvariantCulture, out _));
        Assert.Equal(reply.Text, (await _client.GetAsync($"/batches/{reply.Json["id"]}")).Text);
        Assert.Equal("""{"status":"UNINITIALISED"}""", (await _client.GetAsync($"/batches/{reply.Json["id"]}/status")).Text);
    }

    [Theory]
    [InlineData("""{"workspace_id":"w1","task_details":DETAILS}""")]
    [InlineData("""{"name":"a","task_details":DETAILS}""")]
    [InlineData("""{"name":"a","workspace_id":"w1"}""")]
    [InlineData("""{"name":"a","workspace_id":"w1","task_details":{"task_name":"a"}}""")]
    [InlineData("""{"name":"a","workspace_id":7,"task_details":DETAILS}""")]
    [InlineData("""{"name":"a","workspace_id":"w1","task_details":DETAILS,"dataset_id":"x"}""")]
    [InlineData("""{"name":"a","workspace_id":"w1","task_details":DETAILS,"dataset_id":"00000000-0000-0000-0000-000000000001"}""")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"name\":")]
    public async Task A_batch_that_says_too_little_is_refused(string body) =>
        ProlificClient.Refused(400, await _client.AskAsync(HttpMethod.Post, "/batches", body.Replace("DETAILS", ProlificClient.Details, StringComparison.Ordinal)));

    [Fact]
    public async Task Batches_are_listed_by_workspace()
    {
        const string Mine = "w \"ü\" 100%_";
        var quoted = Mine.Replace("\"", "\\\"", StringComparison.Ordinal);
        var (one, two) = (await _client.CreateAsync(workspace: quoted), await _client.CreateAsync(workspace: quoted));
        await _client.CreateAsync(workspace: "other");

        var reply = await _client.GetAsync($"/batches?workspace_id={Uri.EscapeDataString(Mine)}");

        Assert.Equal(200, reply.Status);
        Assert.Equal([one, two], reply.Json["results"]!.AsArray().Select(batch => (string)batch!["id"]!));
        Assert.Equal((await _client.BatchAsync(one)).ToJsonString(), reply.Json["results"]![0]!.ToJsonString());
        Assert.Equal("""{"results":[]}""", (await _client.GetAsync("/batches?workspace_id=nobody")).Text);
        ProlificClient.Refused(400, await _client.GetAsync("/batches"));
    }

    [Fact]
    public async Task A_long_list_is_whole_and_read_a_few_batches_at_a_time()
    {
        var workspace = $"w{Guid.NewGuid():N}";
        var ids = new List<string>();
        foreach (var _ in Enumerable.Range(0, 33))
        {
            ids.Add(await _client.CreateAsync(workspace: workspace));
        }

        // One of another workspace, although its layout has this one's name in it.
        await _client.AskAsync(
            HttpMethod.Post, "/batches", $$$"""{"name":"a","workspace_id":"other","task_details":{{{ProlificClient.Details}}},"batch_items":{"workspace_id":"{{{workspace}}}"}}""");
        using var asked = new AskedCommands();

        var listed = (await _client.GetAsync($"/batches?workspace_id={workspace}")).Json["results"]!.AsArray();

        Assert.Equal(ids, listed.Select(batch => (string)batch!["id"]!));
        Assert.NotEmpty(asked.OfDialects);
        Assert.All(asked.OfDialects, text => Assert.Contains("LIMIT", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_has_everything_but_the_tasks()
    {
        var dataset = await _client.FilledDatasetAsync();
        var original = await _client.CreateAsync(dataset);
        await _client.ReadyAsync(original);

        var copy = await _client.AskAsync(HttpMethod.Post, $"/batches/{original}/duplicate");
        var named = await _client.AskAsync(HttpMethod.Post, $"/batches/{original}/duplicate", """{"name":"Second","upload_new_dataset":true}""");

        Assert.Equal((201, "Cats (Copy)", "UNINITIALISED"), (copy.Status, (string?)copy.Json["name"], (string?)copy.Json["status"]));
        Assert.Equal(dataset, (string?)copy.Json["datasets"]![0]!["id"]);
        Assert.Equal((await _client.BatchAsync(original))["task_details"]!.ToJsonString(), copy.Json["task_details"]!.ToJsonString());
        Assert.Equal((201, "Second", 0), (named.Status, (string?)named.Json["name"], named.Json["datasets"]!.AsArray().Count));
        ProlificClient.Refused(400, await _client.AskAsync(HttpMethod.Post, $"/batches/{original}/duplicate", """{"upload_new_dataset":1}"""));
    }

    [Fact]
    public async Task A_long_name_is_cut_to_make_room_for_the_words_of_a_copy()
    {
        var copy = await _client.AskAsync(HttpMethod.Post, $"/batches/{await _client.CreateAsync(name: new string('n', 200))}/duplicate");
        Assert.Equal($"{new string('n', 193)} (Copy)", (string?)copy.Json["name"]);

        var paired = await _client.AskAsync(HttpMethod.Post, $"/batches/{await _client.CreateAsync(name: $"{new string('n', 192)}😀{new string('n', 6)}")}/duplicate");
        Assert.Equal($"{new string('n', 192)} (Copy)", (string?)paired.Json["name"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_slash_at_the_end_means_nothing(string slash)
    {
        var id = await _client.CreateAsync();
        Assert.Equal(200, (await _client.GetAsync($"/batches/{id}{slash}")).Status);
        Assert.Equal(200, (await _client.GetAsync($"/batches/{id}/status{slash}")).Status);
        Assert.Equal(200, (await _client.GetAsync($"/batches{slash}?workspace_id=w1")).Status);
        Assert.Equal(200, (await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}{slash}", "{}")).Status);
        Assert.Equal(201, (await _client.AskAsync(HttpMethod.Post, $"/datasets{slash}", """{"name":"a","workspace_id":"w"}""")).Status);
    }

    public static TheoryData<string, string> OfOneBatch => new()
    {
        { "GET", "" }, { "PATCH", "" }, { "GET", "/status" }, { "POST", "/setup" }, { "POST", "/duplicate" },
        { "GET", "/report/" }, { "GET", "/responses" }, { "GET", "/tasks" }, { "GET", "/task-groups" },
    };

    [Theory]
    [MemberData(nameof(OfOneBatch))]
    public async Task An_unknown_batch_is_not_found(string method, string path)
    {
        var stranger = new ProlificClient(host.Client, await host.AddKeyAsync($"prolific-{Guid.NewGuid():N}", "prolific-stranger"));
        ProlificClient.Refused(404, await AskAsync(_client, method, $"/batches/{Guid.NewGuid()}{path}"));
        ProlificClient.Refused(404, await AskAsync(_client, method, $"/batches/17{path}"));
        ProlificClient.Refused(404, await AskAsync(stranger, method, $"/batches/{await _client.CreateAsync()}{path}"));
    }

    [Theory]
    [MemberData(nameof(OfOneBatch))]
    public async Task A_wrong_key_is_refused(string method, string path)
    {
        var id = await _client.CreateAsync();
        ProlificClient.Refused(401, await AskAsync(new ProlificClient(host.Client, "wrong"), method, $"/batches/{id}{path}"));
        var refused = await AskAsync(new ProlificClient(host.Client, key: null), method, $"/batches/{id}{path}");
        ProlificClient.Refused(401, refused);
        Assert.Equal("Send a valid API key as 'Authorization: Token <key>'.", (string?)refused.Json["error"]!["detail"]);
    }

    [Fact]
    public async Task A_key_that_only_reads_changes_nothing()
    {
        var reader = new ProlificClient(host.Client, await host.AddKeyAsync("prolific-reader", "default", "read"));
        var id = await _client.CreateAsync();
        Assert.Equal(200, (await reader.GetAsync($"/batches/{id}")).Status);
        ProlificClient.Refused(403, await reader.AskAsync(HttpMethod.Patch, $"/batches/{id}", "{}"));
    }

    [Theory]
    [InlineData("DELETE", "/batches/ID")]
    [InlineData("PUT", "/batches")]
    [InlineData("GET", "/batches/ID/setup")]
    [InlineData("POST", "/batches/ID/status")]
    public async Task A_wrong_verb_is_refused(string method, string path) =>
        ProlificClient.Refused(405, await AskAsync(_client, method, path.Replace("ID", await _client.CreateAsync(), StringComparison.Ordinal)));

    [Theory]
    [InlineData("GET", "/batches/ID/instructions")]
    [InlineData("POST", "/batches/ID/sync")]
    [InlineData("POST", "/batches/ID/export")]
    [InlineData("GET", "/studies")]
    [InlineData("GET", "")]
    public async Task What_is_not_offered_says_so_in_the_vendors_words(string method, string path) =>
        ProlificClient.Refused(404, await AskAsync(_client, method, path.Replace("ID", await _client.CreateAsync(), StringComparison.Ordinal)));

    [Fact]
    public async Task A_batch_made_natively_is_not_the_dialects()
    {
        var native = await host.Native.AskAsync(HttpMethod.Post, "/v1/batches", Http.Json("{}"));
        ProlificClient.Refused(404, await _client.GetAsync($"/batches/{native.Json["id"]}"));
    }

    private static Task<Reply> AskAsync(ProlificClient client, string method, string path) =>
        client.AskAsync(new HttpMethod(method), path, method is "GET" or "DELETE" ? null : "{}");
}
